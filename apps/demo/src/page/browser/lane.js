import { el, hueOf } from './dom.js'

/** The shortest time that a strip shows: what takes less is drawn at its left. */
const LEAST_MS = 1000
const CHIPS = 16
/** Happens to many callers at once; told once for each process, with how often. */
const REPEATED = ['waiting', 'replayed', 'shared', 'refused']

/** What of the moments of one key was an attempt, from when to when, and what just happened at a point. */
export function attemptsOf(moments, kills) {
  const attempts = []
  const points = []
  for (const moment of [...moments, ...kills].sort((one, other) => one.id - other.id)) {
    const { type, at, process, attempt } = moment
    if (type === 'killed') {
      for (const one of attempts) if (one.process === process && one.end === undefined) end(one, at, type)
      continue
    }
    if (type === 'started') {
      attempts.push({ process, attempt, from: at, to: undefined, end: undefined, takeover: moment.takeover })
      continue
    }
    const open = attempts.find(
      (one) => one.attempt === attempt && one.process === process && one.end === undefined,
    )
    if (open !== undefined && ['succeeded', 'failed', 'lease-lost'].includes(type)) {
      end(open, at, type)
    } else points.push({ type, at, process })
  }
  return { attempts, points }
}

function end(attempt, at, how) {
  attempt.to = at
  attempt.end = how
}

/** Attempts as bars and all else as dots, from the first moment of the key to the last. */
export function strip(moments, kills, now) {
  const { attempts, points } = attemptsOf(moments, kills)
  const from = moments[0].at
  const isOpen = attempts.some(({ end }) => end === undefined)
  const last = Math.max(moments.at(-1).at, ...attempts.map(({ to }) => to ?? 0), isOpen ? now : 0)
  const span = Math.max(last - from, LEAST_MS)
  const place = (at) => `${(Math.max(0, Math.min(at - from, span)) / span) * 100}%`
  const bars = attempts.map(({ process, attempt, from: start, to = last, end }) => {
    const bar = el('span', { class: 'bar', 'data-end': end ?? 'running' }, String(attempt))
    bar.style.setProperty('--hue', hueOf(process))
    bar.style.left = place(start)
    bar.style.width = `max(1.1rem, ${((to - start) / span) * 100}%)`
    return bar
  })
  const dots = points.map(({ type, at, process }) => {
    const dot = el('span', { class: 'dot', 'data-type': type })
    dot.style.setProperty('--hue', hueOf(process))
    dot.style.left = place(at)
    return dot
  })
  const seconds = ((last - from) / 1000).toFixed(1)
  const track = el('div', { class: 'strip', 'aria-hidden': 'true' }, bars, dots)
  return {
    element: el('div', { class: 'strip-row' }, track, el('span', { class: 'ms' }, `${seconds} s`)),
    isOpen,
  }
}

/** The same in words, one after the other; what repeats is counted. */
export function chips(moments) {
  const told = []
  for (const moment of moments) {
    const { type, process } = moment
    const words = wordsOf(moment)
    const same =
      REPEATED.includes(type) && sinceTurn(told).find((one) => one.words === words && one.process === process)
    if (same) same.times += 1
    else told.push({ words, process, type, takeover: moment.takeover, times: 1 })
  }
  const hidden = Math.max(0, told.length - CHIPS)
  return el(
    'ol',
    { class: 'chips' },
    hidden === 0 ? [] : el('li', { class: 'chip quiet' }, `${hidden} before`),
    told.slice(hidden).map(({ words, process, type, takeover, times }) => {
      const text = times === 1 ? words : `${words} × ${times}`
      const chip = el('li', { class: 'chip', 'data-type': takeover ? 'takeover' : type }, text)
      chip.style.setProperty('--hue', hueOf(process))
      chip.title = process === 0 ? 'the service' : `process ${process}`
      return chip
    }),
  )
}

/** What was told since an attempt began or ended. */
function sinceTurn(told) {
  return told.slice(told.findLastIndex(({ type }) => !REPEATED.includes(type)) + 1)
}

function wordsOf(moment) {
  const { type, attempt, step, replayed, detail, durationMs } = moment
  switch (type) {
    case 'started':
      return moment.takeover ? `takeover: attempt ${attempt}` : `attempt ${attempt}`
    case 'step':
      return replayed ? `step ${step}, done before` : `step ${step}`
    case 'succeeded':
      return `succeeded in ${Math.round(durationMs)} ms`
    case 'failed':
      return `failed, ${detail}`
    case 'replayed':
      return 'replayed'
    case 'shared':
      return 'shared'
    case 'waiting':
      return 'waiting'
    case 'refused':
      return detail.endsWith('is running') ? 'found it running' : `refused: ${detail}`
    case 'killed':
      return `process ${moment.process} ${detail}`
    case 'answers':
      return `process ${moment.process} answers again`
    case 'store-cut':
      return 'store cut off'
    case 'store-back':
      return 'store reconnected'
    case 'gateway-slowed':
      return `gateway slower ${detail}`
    case 'left-out':
      return `${detail}, left out`
    default:
      return detail === undefined ? type : `${type}: ${detail}`
  }
}
