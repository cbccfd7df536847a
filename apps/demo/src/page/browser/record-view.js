import { ask, wordsOf } from './api.js'
import { byId, el, say } from './dom.js'
import { PATIENCE_MS } from './pay.js'
import { sentBefore } from './payment.js'
import { partsOf } from './timeline.js'

/** One record close up, and what an operator may do with it. */
export function recordView({ lease_ms: wholeMs }, onDone) {
  let record
  let seenAt = 0
  setInterval(drawLease, 100)
  byId('record-retry').addEventListener('click', retry)
  byId('record-resolve').addEventListener('click', resolve)
  byId('record-forget').addEventListener('click', forget)
  return { show }

  function show(shown) {
    if (shown?.key !== record?.key) say(byId('record-done'), '')
    record = shown
    seenAt = performance.now()
    byId('record').hidden = record === undefined
    if (record === undefined) return
    const { key, state, attempt, takeover, owner, fence, steps, value, failure } = record
    byId('record-state').dataset.state = state
    say(byId('record-state'), state)
    say(byId('record-key'), key)
    say(byId('record-attempt'), takeover ? `${attempt}, a takeover` : String(attempt))
    say(byId('record-owner'), owner)
    say(byId('record-fence'), String(fence))
    byId('record-steps').replaceChildren(
      ...(steps.length === 0 ? ['none yet'] : steps.map(({ name }) => el('span', { class: 'step' }, name))),
    )
    say(byId('record-outcome-name'), failure === null ? 'value' : 'failure')
    say(byId('record-outcome'), JSON.stringify(failure ?? value, undefined, 2))
    byId('record-retry').disabled = paymentOf(record) === undefined
    byId('record-resolve').disabled = state === 'running' && record.leaseMs > 0
    drawLease()
  }

  /** It runs down by itself in between, as it does in the store. */
  function drawLease() {
    if (record === undefined) return
    const { state, leaseMs } = record
    const left = state === 'running' ? Math.max(0, (leaseMs ?? 0) - (performance.now() - seenAt)) : 0
    const share = Math.min(1, left / wholeMs)
    byId('lease-bar').style.setProperty('--left', String(share))
    byId('lease').setAttribute('aria-valuenow', String(Math.round(share * 100)))
    byId('lease').dataset.state = state !== 'running' ? 'none' : left === 0 ? 'over' : 'running'
    say(
      byId('lease-text'),
      state !== 'running'
        ? 'none: it is settled'
        : left === 0
          ? 'over'
          : `${(left / 1000).toFixed(1)} s left`,
    )
  }

  async function retry() {
    const { token, amount, user } = paymentOf(record)
    say(byId('record-done'), 'Sent again …')
    const answer = await ask(
      'POST',
      '/payment',
      { idempotent_token: token, amount, user_id: user, description: 'from the page' },
      { Prefer: 'wait=30' },
      PATIENCE_MS,
    )
    done(answer.replayed ? `${wordsOf(answer)}: the same answer as before` : wordsOf(answer))
  }

  async function resolve() {
    const { key } = record
    const { token, amount, user } = paymentOf(record) ?? {}
    const receipt = {
      order_id: 'PAY_by-hand',
      charge_id: 'by-hand',
      amount,
      user_id: user,
      description: token,
    }
    byId('resolve-value').value = JSON.stringify(token === undefined ? {} : receipt, undefined, 2)
    if (!(await confirmed('resolve-dialog'))) return
    try {
      const value = JSON.parse(byId('resolve-value').value)
      done(wordsOf(await ask('POST', '/records/resolve', { key, value })))
    } catch {
      done('That is no JSON; nothing was done.')
    }
  }

  async function forget() {
    const { key } = record
    if (!(await confirmed('forget-dialog'))) return
    done(wordsOf(await ask('POST', '/records/forget', { key })))
  }

  function done(words) {
    say(byId('record-done'), words)
    onDone()
  }
}

/** What would be sent again; `undefined` for what is no payment, or was not sent from here. */
function paymentOf({ key, value }) {
  const { namespace, id: token } = partsOf(key)
  if (namespace !== 'payments') return undefined
  if (typeof value?.amount === 'string' && typeof value.user_id === 'string') {
    return { token, amount: value.amount, user: value.user_id }
  }
  const sent = sentBefore(token)
  return sent && { token, ...sent }
}

/** Asks in a dialog; closing it in any other way means no. */
function confirmed(id) {
  const dialog = byId(id)
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}
