import { ask, insist, wordsOf } from './api.js'
import { byId, el, hueOf, say } from './dom.js'
import { begin, change, current, onChange } from './payment.js'

const SHOWN = 60
/** Longer than the service waits for a payment that runs. */
export const PATIENCE_MS = 45_000
let about

/** The button that one may hammer, what each click was answered, and what the gateway has really charged. */
export function startPay(facts) {
  about = facts
  byId('pay').addEventListener('click', () => pay())
  byId('new-payment').addEventListener('click', () => {
    byId('answers').replaceChildren()
    begin(byId('amount').value)
  })
  byId('amount').addEventListener('change', () => {
    if (!byId('amount').reportValidity()) return
    byId('answers').replaceChildren()
    begin(byId('amount').value)
  })
  for (const button of document.querySelectorAll('button[data-simulate]')) {
    button.addEventListener('click', () => simulate(button.dataset.simulate))
  }
  onChange(show)
  byId('amount').value = current().amount
  show(current())
  if (current().clicks > 0) void look(current().token)
}

/** One click: the same token, whatever came of the click before. */
export async function pay(simulation) {
  const { token, user, amount, clicks } = current()
  change({ clicks: clicks + 1 })
  const row = addRow(clicks + 1)
  const answer = await ask(
    'POST',
    '/payment',
    { idempotent_token: token, amount, user_id: user, description: 'from the page' },
    { Prefer: 'wait=30', ...(simulation === undefined ? {} : { Simulate: simulation }) },
    PATIENCE_MS,
  )
  fill(row, answer)
  if (current().token !== token) return
  change({ trouble: troubleOf(answer) })
  await look(token)
}

/** It happens to an attempt, and a payment that was made has no more of them: so it is a new one. */
async function simulate(simulation) {
  if (current().clicks > 0) byId('new-payment').click()
  await pay(simulation)
}

async function look(token) {
  const answer = await insist('GET', `/gateway/charges?token=${token}`)
  if (current().token === token) change({ charges: answer.body.count })
}

function troubleOf({ broken, code }) {
  if (broken) return 'broken'
  if (code === 503) return 'store'
  if (code === 202 || code === 429) return 'later'
  return code >= 500 ? 'failed' : undefined
}

function show({ token, amount, clicks, charges, trouble }) {
  say(byId('token'), token)
  say(byId('pay-label'), trouble === undefined ? `Pay ${amount}` : 'Send it again')
  byId('count').dataset.state = charges > 1 ? 'wrong' : charges === 1 ? 'right' : 'none'
  say(byId('clicked'), clicks === 0 ? 'Not clicked yet' : `Clicked ${times(clicks)}`)
  say(byId('charged'), clicks === 0 ? 'nothing charged' : chargedWords(charges))
  say(byId('explanation'), explanation({ clicks, charges, trouble }))
}

const times = (count) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)

function chargedWords(charges) {
  if (charges === undefined || charges === 0) return 'not charged yet'
  return charges === 1 ? 'charged once' : `charged ${times(charges)}, which is a bug`
}

function explanation({ clicks, charges, trouble }) {
  const seconds = about.lease_ms / 1000
  if (trouble === 'broken') {
    const before =
      'The process that made the payment was killed in the middle. Did it charge? No one who is alive knows. Send it again. '
    return about.store === 'memory'
      ? `${before}Records in memory died with the process, yet the gateway is given the same key again, and charges once all the same. With --store redis the records stay, too.`
      : `${before}Its record says running until its lease of ${seconds} s is over; then the next attempt takes over, with the same key for the gateway.`
  }
  if (trouble === 'store') {
    return 'The records cannot be reached, so nothing is charged: without a record, nobody could tell a second click from a first one. Reconnect the store and send it again.'
  }
  if (trouble === 'failed') return 'The gateway failed. The same token may be tried again: it pays once.'
  if (trouble === 'later') return 'It is running. Send it again to hear what became of it.'
  if (clicks === 0) return 'Each click sends the same token. Click as often and as fast as you like.'
  if (charges === 1 && clicks > 1)
    return 'One attempt did the work. All other clicks got its answer: the same order.'
  return 'Go on, click again. A real customer would.'
}

function addRow(number) {
  const row = el(
    'li',
    {},
    el('span', { class: 'number' }, `#${number}`),
    el('span', { class: 'what' }, 'asked …'),
  )
  byId('answers').prepend(row)
  while (byId('answers').children.length > SHOWN) byId('answers').lastElementChild.remove()
  return row
}

function fill(row, answer) {
  const { code, broken, body, replayed, process, ms } = answer
  row.className = broken || code >= 500 ? 'bad' : code === 200 ? (replayed ? 'same' : 'done') : 'later'
  const what = broken
    ? 'connection broke'
    : code !== 200
      ? wordsOf(answer)
      : replayed
        ? 'same answer'
        : 'paid'
  const who = el('span', { class: 'process' }, process === 0 ? '' : `process ${process}`)
  who.style.setProperty('--hue', hueOf(process))
  row.replaceChildren(
    row.firstElementChild,
    el('span', { class: 'code' }, broken ? '—' : String(code)),
    el('span', { class: 'what' }, what, body.order_id ? el('code', {}, shortOrder(body.order_id)) : ''),
    process === 0 ? '' : who,
    el('span', { class: 'ms' }, `${ms} ms`),
  )
}

const shortOrder = (order) => ` ${order.slice(0, 12)}…`
