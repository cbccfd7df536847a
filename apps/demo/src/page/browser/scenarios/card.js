import { byId, el, say } from '../dom.js'

/**
 * A section for one scenario: what the problem is, buttons, what happened in plain words, and the lines that do the same in a
 * terminal.
 */
export function card({ id, title, problem, memory, actions, extra }, about) {
  const told = el('ol', { class: 'told', role: 'status', 'aria-label': `what happened: ${title}` })
  const code = el('code', {})
  const buttons = actions.map(({ label, run, curl }) => {
    const button = el('button', { type: 'button', 'data-action': label }, label)
    button.addEventListener('click', async () => {
      button.disabled = true
      told.replaceChildren()
      say(code, curl(location.origin))
      try {
        await run((words, kind = 'plain') => told.append(el('li', { 'data-kind': kind }, words)))
      } catch (error) {
        told.append(el('li', { 'data-kind': 'bad' }, error.message))
      } finally {
        button.disabled = false
      }
    })
    return button
  })
  say(code, actions[0].curl(location.origin))
  return el(
    'article',
    { class: 'card scenario', id: `scenario-${id}` },
    el('h3', {}, title),
    el('p', {}, problem),
    memory !== undefined && about.store === 'memory' ? el('p', { class: 'quiet' }, memory) : undefined,
    extra,
    el('div', { class: 'buttons' }, buttons),
    told,
    el(
      'details',
      { class: 'curl' },
      el('summary', {}, 'The same in a terminal'),
      el('pre', { tabindex: '0', role: 'region', 'aria-label': `in a terminal: ${title}` }, code),
      el(
        'button',
        { type: 'button', class: 'small', onclick: (event) => copy(event.currentTarget, code) },
        'Copy',
      ),
    ),
  )
}

/** Where the browser lets nobody copy, the line is marked, ready to be copied by hand. */
async function copy(button, code) {
  try {
    await navigator.clipboard.writeText(code.textContent)
    say(button, 'Copied')
  } catch {
    getSelection().selectAllChildren(code)
    say(button, 'Marked: copy it now')
  }
  byId('announce').textContent = button.textContent
  setTimeout(() => say(button, 'Copy'), 2000)
}

const JSON_TYPE = `-H 'Content-Type: application/json'`

/** A line for a terminal. */
export function curl(origin, method, path, body, headers = {}) {
  const more = Object.entries(headers).map(([name, value]) => ` \\\n  -H '${name}: ${value}'`)
  const data = body === undefined ? '' : ` ${JSON_TYPE} \\\n  -d '${JSON.stringify(body)}'`
  return method === 'GET'
    ? `curl '${origin}${path}'`
    : `curl -X ${method} ${origin}${path}${more.join('')}${data}`
}

/** How many there are of each. */
export function counted(list) {
  const counts = new Map()
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

export class Refused extends Error {}

/** The body of an answer that is a success, or an error in the words of the service. */
export function good(answer) {
  if (answer.broken) throw new Refused('The connection broke: the process that answered is gone.')
  if (answer.code >= 300)
    throw new Refused(answer.body.message ?? answer.body.detail ?? `It was answered with ${answer.code}.`)
  return answer.body
}
