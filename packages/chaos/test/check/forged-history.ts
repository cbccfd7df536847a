import { checkHistory } from '../../src/check/check-history'
import type { Rule } from '../../src/check/rules/rule'
import type { RunFacts } from '../../src/check/run-facts'
import type { ChaosEvent, Happening } from '../../src/history/event'
import type { KeyPlan } from '../../src/workload/workload'

const LEASE_MS = 400
const KEY = 'key-0'

const PLAN: KeyPlan = {
  key: KEY,
  workMs: 100,
  failingAttempts: 0,
  failsForGood: false,
  steps: 1,
  heedsSignal: false,
  onAbandoned: 'rerun',
  fillerBytes: 0,
}

/** What is said of an event: where and when, and what, of the one key. */
export const at = <Type extends Happening['type']>(
  time: number,
  life: string,
  type: Type,
  rest: Omit<Extract<Happening, { type: Type }>, 'type' | 'key'>,
): ChaosEvent => ({ at: time, life, type, key: KEY, ...rest }) as unknown as ChaosEvent

export const FAULT: ChaosEvent = { at: 150, life: 'director', type: 'fault', fault: 'kill', victim: '0.1' }

const ATTEMPT_1 = 'attempt 1'
const ATTEMPT_2 = 'attempt 2'

/** An attempt saves a step and is killed; when its lease has run out, another is given the step, and succeeds. */
export const takeover: readonly ChaosEvent[] = [
  at(1, '0.1', 'called', { call: '0.1/0/1', duplicate: 0 }),
  at(2, '0.1', 'claiming', { owner: 'A' }),
  at(4, '0.1', 'claimed', {
    owner: 'A',
    sentAt: 2,
    outcome: 'acquired',
    attempt: 1,
    fence: 1000,
    takeover: false,
  }),
  at(5, '0.1', 'began', { fence: 1000, attempt: 1, takeover: false }),
  at(6, '0.1', 'step-ran', { fence: 1000, name: 'step-1', value: 'by A' }),
  at(22, '0.1', 'step-saved', { owner: 'A', sentAt: 20, name: 'step-1' }),
  at(23, '0.1', 'step-got', { fence: 1000, name: 'step-1', value: 'by A' }),
  at(112, '0.1', 'renewed', { owner: 'A', sentAt: 110 }),
  FAULT,
  at(200, '1.1', 'called', { call: '1.1/1/1', duplicate: 1 }),
  at(201, '1.1', 'claiming', { owner: 'B' }),
  at(202, '1.1', 'claimed', { owner: 'B', sentAt: 201, outcome: 'running' }),
  at(512, '1.1', 'claiming', { owner: 'B' }),
  at(514, '1.1', 'claimed', {
    owner: 'B',
    sentAt: 512,
    outcome: 'acquired',
    attempt: 2,
    fence: 2000,
    takeover: true,
  }),
  at(515, '1.1', 'began', { fence: 2000, attempt: 2, takeover: true }),
  at(516, '1.1', 'step-got', { fence: 2000, name: 'step-1', value: 'by A' }),
  at(600, '1.1', 'ended', { fence: 2000, value: ATTEMPT_2 }),
  at(601, '1.1', 'settling', { owner: 'B', ending: 'succeeded' }),
  at(603, '1.1', 'settled', { owner: 'B', sentAt: 601, ending: 'succeeded', accepted: true }),
  at(604, '1.1', 'answered', {
    call: '1.1/1/1',
    duplicate: 1,
    value: ATTEMPT_2,
    attempt: 2,
    replayed: false,
  }),
  at(700, '0.2', 'called', { call: '0.2/0/1', duplicate: 0 }),
  at(702, '0.2', 'answered', { call: '0.2/0/1', duplicate: 0, value: ATTEMPT_2, attempt: 2, replayed: true }),
  { at: 800, life: '0.2', type: 'process-done' },
  { at: 800, life: '1.1', type: 'process-done' },
  at(900, 'auditor', 'called', { call: 'auditor/-1/1', duplicate: -1 }),
  at(902, 'auditor', 'answered', {
    call: 'auditor/-1/1',
    duplicate: -1,
    value: ATTEMPT_2,
    attempt: 2,
    replayed: true,
  }),
  at(904, 'auditor', 'recorded', {
    state: 'succeeded',
    retryable: false,
    attempt: 2,
    fence: 2000,
    value: ATTEMPT_2,
  }),
]

const FAILURE = { name: 'PlannedFailure', message: ATTEMPT_1, code: 'MAY_RETRY' }

/** The same, but the first attempt fails, and says so; its caller calls again, and makes the second. */
export const failure: readonly ChaosEvent[] = [
  ...takeover.filter(({ at: time }) => time < 150),
  at(130, '0.1', 'ended', { fence: 1000, error: FAILURE }),
  at(131, '0.1', 'settling', { owner: 'A', ending: 'retryable' }),
  at(133, '0.1', 'settled', { owner: 'A', sentAt: 131, ending: 'retryable', accepted: true }),
  at(134, '0.1', 'refused', { call: '0.1/0/1', duplicate: 0, error: FAILURE }),
  at(135, '1.1', 'called', { call: '1.1/1/1', duplicate: 1 }),
  at(136, '1.1', 'claiming', { owner: 'B' }),
  at(138, '1.1', 'claimed', {
    owner: 'B',
    sentAt: 136,
    outcome: 'acquired',
    attempt: 2,
    fence: 2000,
    takeover: false,
  }),
  at(139, '1.1', 'began', { fence: 2000, attempt: 2, takeover: false }),
  ...takeover.filter(({ at: time }) => time > 515),
]

const FAILURE_FOR_GOOD = { ...FAILURE, code: 'FOR_GOOD' }

/** The same, but the first attempt fails for good, and the store is away: its report is not taken. */
export const unsettledFailure: readonly ChaosEvent[] = [
  ...takeover.filter(({ at: time }) => time < 150),
  at(130, '0.1', 'ended', { fence: 1000, error: FAILURE_FOR_GOOD }),
  at(131, '0.1', 'settling', { owner: 'A', ending: 'final' }),
  at(160, '0.1', 'refused', { call: '0.1/0/1', duplicate: 0, error: FAILURE_FOR_GOOD }),
  at(160, '0.1', 'refused', {
    call: '0.1/2/1',
    duplicate: 0,
    error: { name: 'OperationFailedError', message: ATTEMPT_1, code: 'OPERATION_FAILED' },
    failure: FAILURE_FOR_GOOD,
    attempt: 1,
  }),
  ...takeover.filter(({ at: time }) => time >= 150),
]

/**
 * The same, but the second attempt's reply is late: a third takes over, and fails; then the claim of the second is granted
 * again, as the fourth.
 */
export const grantedTwice: readonly ChaosEvent[] = [
  ...takeover.filter(({ at: time }) => time <= 512),
  at(940, '2.1', 'claiming', { owner: 'D' }),
  at(942, '2.1', 'claimed', {
    owner: 'D',
    sentAt: 940,
    outcome: 'acquired',
    attempt: 3,
    fence: 3000,
    takeover: true,
  }),
  at(943, '2.1', 'began', { fence: 3000, attempt: 3, takeover: true }),
  at(950, '2.1', 'ended', { fence: 3000, error: FAILURE }),
  at(951, '2.1', 'settling', { owner: 'D', ending: 'retryable' }),
  at(953, '2.1', 'settled', { owner: 'D', sentAt: 951, ending: 'retryable', accepted: true }),
  at(990, '1.1', 'claimed', {
    owner: 'B',
    sentAt: 512,
    outcome: 'acquired',
    attempt: 2,
    fence: 2000,
    takeover: true,
  }),
  at(1000, '1.1', 'claiming', { owner: 'B' }),
  at(1002, '1.1', 'claimed', {
    owner: 'B',
    sentAt: 1000,
    outcome: 'acquired',
    attempt: 4,
    fence: 4000,
    takeover: false,
  }),
  at(1003, '1.1', 'began', { fence: 4000, attempt: 4, takeover: false }),
  at(1090, '1.1', 'renewed', { owner: 'B', sentAt: 1088 }),
  ...takeover
    .filter(({ at: time }) => time >= 600)
    .map((event) => {
      const moved = 'sentAt' in event ? { sentAt: event.sentAt + 1000 } : {}
      const fourth = { ...('attempt' in event && { attempt: 4 }), ...('fence' in event && { fence: 4000 }) }
      return { ...event, ...moved, ...fourth, at: event.at + 1000 } as ChaosEvent
    }),
]

/** What the checker is given, of one key with two callers. */
export function facts(events: readonly ChaosEvent[], plan: Partial<KeyPlan> = {}): RunFacts {
  const own = { ...PLAN, ...plan }
  const duplicates = [0, 1].map((id) => ({ id, plan: own, place: id, callsAtMs: 0 }))
  const workload = { keys: [own], duplicates }
  return { events, workload, leaseMs: LEASE_MS, waitMs: 1000, unfinished: [] }
}

/** The events with those changed that fit: merged with a patch, or taken out. */
export function change(
  events: readonly ChaosEvent[],
  fits: (event: ChaosEvent) => boolean,
  patch: object | undefined,
): ChaosEvent[] {
  if (!events.some(fits)) throw new Error('nothing to forge')
  return events.flatMap((event) => {
    if (!fits(event)) return [event]
    return patch === undefined ? [] : [{ ...event, ...patch } as ChaosEvent]
  })
}

/** Events of a type and of an owner, fence or life. */
export const the =
  (type: ChaosEvent['type'], of: object = {}) =>
  (event: ChaosEvent): boolean =>
    event.type === type &&
    Object.entries(of).every(([name, value]) => (event as unknown as Record<string, unknown>)[name] === value)

const grant = { outcome: 'acquired', attempt: 3, fence: 3000, takeover: false }
export const storeError = { name: 'StoreError', message: 'no answer', code: 'STORE' }

/** A third attempt, from its claim to where it begins. */
export const third = (from: number, granted: object = {}): ChaosEvent[] => [
  at(from, '2.1', 'claiming', { owner: 'C' }),
  at(from + 2, '2.1', 'claimed', { owner: 'C', sentAt: from, ...grant, ...granted }),
  at(from + 3, '2.1', 'began', { fence: 3000, attempt: 3, takeover: false, ...granted }),
]

export const refusal = (error: object, rest: object = {}): ChaosEvent[] => [
  at(550, '2.1', 'called', { call: '2.1/9/1', duplicate: 9 }),
  at(560, '2.1', 'refused', { call: '2.1/9/1', duplicate: 9, error: error as typeof storeError, ...rest }),
]

/** What is forged, what is to be said of it, and the history. */
export type Forged = [string, RegExp, readonly ChaosEvent[], Partial<KeyPlan>?]

/** What the checker says in the name of one rule. */
export const findings = (
  { name }: Rule,
  events: readonly ChaosEvent[],
  plan: Partial<KeyPlan> | undefined,
): string[] =>
  checkHistory(facts(events, plan)).violations.flatMap(({ rule, message }) =>
    rule === name ? [message] : [],
  )
