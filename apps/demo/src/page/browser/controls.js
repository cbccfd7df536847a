import { ask, insist } from './api.js'
import { byId, say } from './dom.js'

const SLOW_MS = 5000
let state = { store_is_cut: false, gateway_slowed_by_ms: 0 }

/** Switches that do something to the service: they show what is, also if somebody else has changed it. */
export function startControls() {
  byId('cut-store').addEventListener('click', () => turn({ store_is_cut: !state.store_is_cut }))
  byId('slow-gateway').addEventListener('click', () =>
    turn({ gateway_slowed_by_ms: state.gateway_slowed_by_ms === 0 ? SLOW_MS : 0 }),
  )
  void refresh()
}

/** Another page, or a terminal, may have changed it. */
export function hearControls({ type }) {
  if (['store-cut', 'store-back', 'gateway-slowed'].includes(type)) void refresh()
}

async function turn(change) {
  show((await ask('POST', '/controls', change)).body)
}

async function refresh() {
  show((await insist('GET', '/controls')).body)
}

function show(body) {
  if (body.store_is_cut === undefined) return
  state = body
  const { store_is_cut: cut, gateway_slowed_by_ms: slowed } = body
  byId('cut-store').setAttribute('aria-pressed', String(cut))
  say(byId('cut-store'), cut ? 'Reconnect the store' : 'Cut the store')
  byId('slow-gateway').setAttribute('aria-pressed', String(slowed > 0))
  say(
    byId('slow-gateway'),
    slowed > 0 ? 'Let the gateway be fast' : `Slow the gateway by ${SLOW_MS / 1000} s`,
  )
  say(
    byId('controls-state'),
    [cut ? 'The store is cut off.' : '', slowed > 0 ? `The gateway takes ${slowed / 1000} s longer.` : '']
      .filter(Boolean)
      .join(' '),
  )
}
