import { type Breach, type Call, lifeOf, type Message, type Run, sameLife } from '../history'
import { SIMULATED } from '../scenario'
import { type Case, isHeard, NEVER } from './case'

const RULE = 'the signal tells of a lost lease'

/** `ctx.signal` aborts when the lease is lost or all callers have left, at once, and for no other reason. */
export function* signal(subject: Case): Generator<Breach> {
  for (const run of subject.history.runs) {
    const grant = subject.ledger.grantOf(run)
    if (grant === undefined) continue
    const own = subject.messagesOf(run).filter(({ request }) => request.owner === grant.owner)
    yield* firesAtOnce(run, own)
    yield* firesWhenSilent(run, own)
    yield* firesForAReason(subject, run, own)
  }
}

const isRefusal = ({ outcome, method }: Message): boolean =>
  outcome === false && (method === 'extend' || method === 'saveStep')

function* firesAtOnce(run: Run, own: readonly Message[]): Generator<Breach> {
  const { endedAt = NEVER, abortedIn = NEVER } = run
  for (const message of own) {
    const { deliveredAt, deliveredIn } = message
    if (!isRefusal(message) || deliveredAt === undefined || deliveredIn === undefined) continue
    if (deliveredAt < endedAt && isHeard(message) && abortedIn > deliveredIn) {
      yield { rule: RULE, message: `${lifeOf(run)} heard that its lease was lost, and its handler did not` }
    }
  }
}

/** When nothing was heard for as long as the lease, it may be lost. */
function* firesWhenSilent(run: Run, own: readonly Message[]): Generator<Breach> {
  for (const { at, ms, aborted, overdue } of run.passes) {
    if (aborted || overdue) continue
    // A claim may have been answered so late that nothing is left; the next timer tells.
    if (ms > Math.max(renewedMs(own, at, () => true) + SIMULATED.lease, run.startedMs + 1)) {
      yield { rule: RULE, message: `${lifeOf(run)} worked on at ${ms} ms, when its lease may have run out` }
    }
  }
}

/** When the last renewal was sent of which the process may, or must, have heard by then. */
function renewedMs(own: readonly Message[], at: number, isKnown: (message: Message) => boolean): number {
  let renewed = 0
  for (const message of own) {
    const { method, outcome, sentMs, deliveredAt = NEVER } = message
    const isRenewal = (method === 'extend' && outcome === true) || method === 'claim'
    if (isRenewal && deliveredAt <= at && isKnown(message)) renewed = Math.max(renewed, sentMs)
  }
  return renewed
}

function* firesForAReason(subject: Case, run: Run, own: readonly Message[]): Generator<Breach> {
  const { abortedAt, abortedMs, endedAt = NEVER } = run
  if (abortedAt === undefined || abortedMs === undefined || abortedAt > endedAt) return
  if (abortedAt < run.startedAt) return
  const refused = own.some((message) => isRefusal(message) && (message.deliveredAt ?? NEVER) < abortedAt)
  const silent = abortedMs >= renewedMs(own, abortedAt, isHeard) + SIMULATED.lease
  if (refused || silent || hasEverybodyLeft(subject, run, abortedAt)) return
  yield { rule: RULE, message: `the signal of ${lifeOf(run)} aborted without a reason` }
}

function hasEverybodyLeft({ history }: Case, run: Run, at: number): boolean {
  const waiting = (call: Call): boolean =>
    sameLife(call, run) &&
    call.startedAt < at &&
    (call.answeredAt ?? NEVER) > at &&
    (call.leftAt ?? NEVER) > at
  return !history.calls.some(waiting)
}
