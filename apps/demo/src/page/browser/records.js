import { ask } from './api.js'
import { byId, el, say } from './dom.js'
import { current } from './payment.js'
import { recordView } from './record-view.js'
import { partsOf } from './timeline.js'

/** While something runs it is looked at again and again: its lease is renewed, or runs down. */
const AGAIN_MS = 1000
/** What happens quickly is looked at once. */
const SETTLED_MS = 250

let chosen
let view
let isLooking = false
let isStale = false
let timer

/** All records as the store has them, and one of them close up. */
export function startRecords(about) {
  view = recordView(about, () => void look())
  byId('records-state').addEventListener('change', () => void look())
  byId('records-prefix').addEventListener('change', () => void look())
  byId('records-form').addEventListener('submit', (event) => {
    event.preventDefault()
    void look()
  })
  void look()
}

/** Something has happened to a record. */
export function hearRecords({ type, key }) {
  if (key !== undefined || type === 'store-back') later(SETTLED_MS)
}

function later(ms) {
  if (timer !== undefined) return
  timer = setTimeout(() => {
    timer = undefined
    void look()
  }, ms)
}

async function look() {
  if (isLooking) {
    isStale = true
    return
  }
  isLooking = true
  isStale = false
  const query = new URLSearchParams({
    prefix: byId('records-prefix').value,
    state: byId('records-state').value,
  })
  const answer = await ask('GET', `/records?${query}`)
  const isWhole = answer.code !== 200 || answer.body.next_cursor === null
  const own = isWhole ? [] : await ownRecords(query)
  isLooking = false
  if (answer.code !== 200) {
    say(
      byId('records-message'),
      answer.broken ? 'Nobody answers just now.' : 'The records cannot be reached now.',
    )
    later(AGAIN_MS)
    return
  }
  const records = withOwn(answer.body.records, own).toSorted((one, other) =>
    other.updatedAt.localeCompare(one.updatedAt),
  )
  const more = isWhole ? '' : ', and there are more: narrow it down'
  say(
    byId('records-message'),
    records.length === 0 ? 'There are none.' : `${countOf(records.length)}${more}.`,
  )
  const mine = records.find(({ key }) => partsOf(key).id === current().token)
  if (!records.some(({ key }) => key === chosen)) chosen = (mine ?? records[0])?.key
  byId('records').replaceChildren(...records.map(row))
  const record = records.find(({ key }) => key === chosen)
  view.show(record)
  if (isStale) later(0)
  else if (records.some(({ state }) => state === 'running')) later(AGAIN_MS)
}

/** The record of the payment on this page, if it is among those that are asked for: the store shows them in its own order. */
async function ownRecords(query) {
  const prefix = `payments:payment::${current().token}`
  if (!prefix.startsWith(query.get('prefix'))) return []
  const own = new URLSearchParams({ prefix, state: query.get('state') })
  const answer = await ask('GET', `/records?${own}`)
  return answer.code === 200 ? answer.body.records : []
}

const withOwn = (records, own) => [
  ...own,
  ...records.filter((record) => own.every(({ key }) => key !== record.key)),
]

const countOf = (count) => (count === 1 ? '1 record' : `${count} records`)

function row(record) {
  const { name, id } = partsOf(record.key)
  const choose = () => {
    chosen = record.key
    for (const button of byId('records').querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.key === chosen))
    }
    view.show(record)
  }
  return el(
    'li',
    {},
    el(
      'button',
      {
        type: 'button',
        'data-key': record.key,
        'aria-pressed': String(record.key === chosen),
        onclick: choose,
      },
      el('span', { class: 'state', 'data-state': record.state }, record.state),
      el('span', { class: 'name' }, name),
      el('code', {}, id),
    ),
  )
}
