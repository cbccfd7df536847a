import { ask, wordsOf } from './api.js'
import { stormChart } from './chart.js'
import { byId, el, say } from './dom.js'

/** The largest storm on all stores takes minutes. */
const PATIENCE_MS = 600_000
let report

/** One payment, many duplicates: in ways that go wrong, and in idem's. */
export function startStorm() {
  byId('storm-form').addEventListener('submit', (event) => {
    event.preventDefault()
    void blow(Number(byId('duplicates').value))
  })
  new ResizeObserver(() => report && drawChart()).observe(byId('storm-chart'))
}

/** How far it has come, whoever has let it loose. */
export function hearStorm({ type, storm }) {
  if (type !== 'storm') return
  const { way, store, row, rows, done, of } = storm
  byId('storm-progress').hidden = row === rows && done === of
  byId('storm-bar').value = (row - 1 + done / of) / rows
  say(byId('storm-now'), `${row} of ${rows}: ${way}, on ${store}`)
}

async function blow(duplicates) {
  byId('storm-go').disabled = true
  byId('storm-bar').value = 0
  byId('storm-progress').hidden = false
  say(byId('storm-now'), 'It begins …')
  const answer = await ask('POST', '/storm', { duplicates }, {}, PATIENCE_MS)
  byId('storm-go').disabled = false
  byId('storm-progress').hidden = true
  say(byId('storm-verdict'), `${wordsOf(answer)}.`)
  byId('storm-verdict').dataset.state = answer.code === 200 && answer.body.right ? 'right' : 'wrong'
  if (answer.code !== 200) return
  report = answer.body
  byId('storm-result').hidden = false
  say(byId('storm-caption'), captionOf(report))
  byId('storm-rows').replaceChildren(...report.rows.map(row))
  drawChart()
}

const captionOf = ({ duplicates, processes, slowMs, leaseMs }) =>
  `${duplicates} clients ask ${processes} processes for one payment; its user makes a second one of the same amount; a third is refused at first; the charge of the fourth takes ${slowMs} ms, where a lease or lock lasts ${leaseMs} ms.`

function drawChart() {
  byId('storm-chart').replaceChildren(stormChart(report.rows, byId('storm-chart').clientWidth))
}

function row({ way, idem, store, right, charges, intended, answers, clients, wrongAnswers, ms }) {
  return el(
    'tr',
    { 'data-right': String(right) },
    el('th', { scope: 'row' }, way),
    el('td', {}, store),
    el('td', { class: 'figure' }, `${charges} of ${intended}`),
    el('td', { class: 'figure' }, `${answers} of ${clients}`),
    el('td', { class: 'figure' }, String(wrongAnswers)),
    el('td', { class: 'figure' }, String(ms)),
    el('td', {}, right ? (idem ? 'right' : 'lucky this time') : 'wrong'),
  )
}
