import { type Breach, type Call, claimOutcome, lifeOf, type Message, sameLife } from '../history'
import { type Case, NEVER } from './case'

const RULE = 'cheap'

/** Where nothing goes wrong: two calls to the store for a first run, one for a replay, none for a local duplicate. */
export function* cheap(subject: Case): Generator<Breach> {
  const { history } = subject
  if (history.faults.length > 0) return
  const firsts = history.calls.filter(
    (call, index, all) => all.findIndex((one) => sameLife(one, call)) === index,
  )
  for (const call of firsts) if (call.type === 'execute') yield* fewCalls(subject, call)
  const slept = history.runs.some(({ passes, startedMs }) => passes.some(({ ms }) => ms > startedMs))
  if (history.scenario.watch && !slept && history.elapsedMs > 0) {
    yield { rule: RULE, message: `it took ${history.elapsedMs} ms, although the store tells of every change` }
  }
}

function* fewCalls(subject: Case, life: Call): Generator<Breach> {
  const messages = subject.messagesOf(life)
  const all = subject.history.calls.filter((call) => sameLife(call, life))
  const calls = all.filter(({ type }) => type === 'execute')
  // Who forgets a key in between begins anew.
  const mayJoin = calls.length === all.length
  const joined = mayJoin ? calls.filter((call) => calls.some((other) => isDuring(call, other))).length : 0
  const claims = count(messages, 'claim')
  const owners = new Set(
    messages.filter(({ method }) => method === 'claim').map(({ request }) => request.owner),
  ).size
  const settles = count(messages, 'complete') + count(messages, 'fail') + count(messages, 'release')
  const granted = messages.filter((message) => claimOutcome(message)?.type === 'acquired').length
  const lookUps = count(messages, 'get') + count(messages, 'watch')
  const isWaiting = messages.some((message) => claimOutcome(message)?.type === 'running')
  const isLate = subject.ledger.forgottenAt.length > 0
  const isTooMany = owners > calls.length - joined || settles > granted
  if (isTooMany || (!isWaiting && (claims > owners || (lookUps > 0 && !isLate)))) {
    const told = `${claims} claims, ${settles} settles and ${lookUps} look-ups for ${calls.length} calls (${joined} joined)`
    yield { rule: RULE, message: `${lifeOf(life)} sent ${told}` }
  }
}

/** Whether a call began while another of the same payload was waiting for its answer. */
function isDuring(call: Call, { startedAt, answeredAt = NEVER, leftAt, fingerprint }: Call): boolean {
  return (
    fingerprint === call.fingerprint &&
    leftAt === undefined &&
    startedAt < call.startedAt &&
    call.startedAt < answeredAt
  )
}

const count = (messages: readonly Message[], method: Message['method']): number =>
  messages.filter((message) => message.method === method).length
