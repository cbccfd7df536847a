import { byId, el, hueOf, say } from './dom.js'
import { chips, strip } from './lane.js'
import { current } from './payment.js'

const LANES = 8
/** More of a lane nobody looks at. */
const MOMENTS = 400

let lanes = new Map()
let service = []
let isDrawing = false
let hasOpen = false

export function startTimeline() {
  // What runs grows while one watches.
  setInterval(() => hasOpen && draw(), 200)
  draw()
}

export function hearTimeline(moment) {
  if (moment.type === 'storm') return
  if (moment.key === undefined) {
    service = [...service, moment].slice(-40)
  } else {
    const lane = lanes.get(moment.key) ?? []
    lanes.set(moment.key, [...lane, moment].slice(-MOMENTS))
    if (lanes.size > LANES) lanes.delete(lanes.keys().next().value)
  }
  draw()
}

export function forgetTimeline() {
  lanes = new Map()
  service = []
  draw()
}

export function showConnection(isConnected) {
  byId('live').dataset.state = isConnected ? 'on' : 'off'
  say(byId('live-text'), isConnected ? 'live' : 'connecting …')
}

/** Once for all that came in one go. */
function draw() {
  if (isDrawing) return
  isDrawing = true
  requestAnimationFrame(() => {
    isDrawing = false
    const now = Date.now()
    const kills = service.filter(({ type }) => type === 'killed')
    hasOpen = false
    const drawn = [...lanes].reverse().map(([key, moments]) => {
      const { element, isOpen } = strip(moments, kills, now)
      hasOpen ||= isOpen
      return lane(key, element, moments)
    })
    byId('lanes').replaceChildren(...drawn)
    byId('service-lane').hidden = service.length === 0
    byId('service-chips').replaceChildren(...chips(service).children)
    byId('no-lanes').hidden = lanes.size > 0
    legend()
  })
}

function lane(key, drawn, moments) {
  const { name, id } = partsOf(key)
  const isMine = id === current().token
  return el(
    'li',
    { class: isMine ? 'lane mine' : 'lane', 'data-key': key },
    el('h3', {}, isMine ? 'your payment' : name, el('code', { title: key }, id)),
    drawn,
    chips(moments),
  )
}

/** `namespace:name:scope:key`, each part escaped. */
export function partsOf(key) {
  const parts = key.split(':').map(decoded)
  const [namespace = '', name = ''] = parts
  return { namespace, name: name || namespace, id: parts.at(-1) ?? key }
}

function decoded(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function legend() {
  const numbers = [...new Set([...lanes.values()].flat().map(({ process }) => process))].sort()
  const shown = numbers.map((number) => {
    const entry = el('li', {}, `process ${number}`)
    entry.style.setProperty('--hue', hueOf(number))
    return entry
  })
  byId('legend').replaceChildren(...shown)
}
