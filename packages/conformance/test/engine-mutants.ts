import type { ExhaustiveOptions, RandomOptions } from '../src/simulate/simulation-options'

/** One guard taken out of the engine, and where the simulator is to notice. */
export interface EngineMutant {
  /** What is wrong with the engine now. */
  readonly bug: string
  /** Below packages/core/src. */
  readonly file: string
  readonly find: string
  readonly replace: string
  /** The scenario that shows it, the rule that it breaks, and how far to look. */
  readonly scenario: string
  readonly rule: string
  readonly exhaustive?: ExhaustiveOptions
  readonly random?: RandomOptions
}

const NONE = { crash: 0, loss: 0, lapse: 0, outage: 0, tick: 0, jump: 0, late: 0 }
const only = (faults: ExhaustiveOptions): ExhaustiveOptions => ({ ...NONE, faults: 1, ...faults })

const ONE_ANSWER = 'one answer'
const NOT_GUESSED = 'nothing is guessed'
const EXPLAINED = 'every answer has its reason'
const CHEAP = 'cheap'
const ALIVE = 'everything comes to an end'
const STEPS = 'a saved step does not run again'
const SIGNAL = 'the signal tells of a lost lease'

export const engineMutants: readonly EngineMutant[] = [
  {
    bug: 'a late owner publishes its own value after all',
    file: 'engine/settle.ts',
    find: "(await flight.persist(untilSettled(settings), 'complete', completion))",
    replace: "((await flight.persist(untilSettled(settings), 'complete', completion)), true)",
    scenario: 'duplicates',
    rule: ONE_ANSWER,
    exhaustive: only({ lapse: 1 }),
  },
  {
    bug: 'work whose value cannot be kept runs again',
    file: 'engine/settle.ts',
    find: "if (error) flight.emit({ type: 'value-omitted', attempt, error })",
    replace: 'if (error) throw error',
    scenario: 'unencodable',
    rule: NOT_GUESSED,
    exhaustive: only({}),
  },
  {
    bug: 'a waiter does not look again after placing its watch',
    file: 'engine/pause.ts',
    find: '      this.#heard()\n',
    replace: "      this.#watch = 'placed'\n",
    scenario: 'duplicates',
    rule: CHEAP,
    exhaustive: only({}),
  },
  {
    bug: 'the heart does not beat',
    file: 'engine/heartbeat.ts',
    find: 'void this.#beat(now)',
    replace: 'this.#nextBeatAt = Number.POSITIVE_INFINITY',
    scenario: 'slow',
    rule: EXPLAINED,
    exhaustive: only({}),
  },
  {
    bug: 'a claim is sent again in the name of another owner',
    file: 'engine/drive.ts',
    find: '                owner,\n                fingerprint,',
    replace: '                owner: (owner = engine.runtime.token()),\n                fingerprint,',
    scenario: 'polled',
    rule: CHEAP,
    exhaustive: only({ loss: 1 }),
  },
  {
    bug: 'a claim is sent only once',
    file: 'engine/drive.ts',
    find: "flight.send('claim', {",
    replace: "flight.persist({ sends: 1, forMs: 1e9, isFinal: true }, 'claim', {",
    scenario: 'polled',
    rule: EXPLAINED,
    exhaustive: only({ loss: 1 }),
  },
  {
    bug: 'a success is reported only once',
    file: 'engine/settle.ts',
    find: "flight.persist(untilSettled(settings), 'complete', completion)",
    replace: "flight.persist(ONCE, 'complete', completion)",
    scenario: 'polled',
    rule: EXPLAINED,
    exhaustive: only({ loss: 1 }),
  },
  {
    bug: 'a lost reply to a success counts as a lost lease',
    file: 'engine/settle.ts',
    find: "flight.persist(untilSettled(settings), 'complete', completion)",
    replace: "flight.persist(ONCE, 'complete', completion).catch(() => false)",
    scenario: 'polled',
    rule: ONE_ANSWER,
    exhaustive: only({ loss: 1 }),
  },
  {
    bug: 'a waiter runs the next attempt because the one it waited for failed',
    file: 'engine/drive.ts',
    find: 'waitedFor ??= outcome.fence',
    replace: '',
    scenario: 'failing',
    rule: NOT_GUESSED,
    exhaustive: only({}),
  },
  {
    bug: 'duplicates in one process do not join',
    file: 'engine/engine.ts',
    find: 'request.alone ? undefined : this.#flights.get(id)',
    replace: 'undefined as Flight<S> | undefined',
    scenario: 'local-duplicates',
    rule: CHEAP,
    exhaustive: only({}),
  },
  {
    bug: 'an attempt with an unsaved step is reported as a retryable failure',
    file: 'engine/settle.ts',
    find: 'unreconciled || isOverdue || hasUnsavedStep ?',
    replace: 'unreconciled || isOverdue ?',
    scenario: 'steps',
    rule: NOT_GUESSED,
    exhaustive: only({ outage: 1 }),
  },
  {
    bug: 'a reconcile function that throws settles the record as failed',
    file: 'engine/run-attempt.ts',
    find: 'throw new Unreconciled(cause)',
    replace: 'throw cause',
    scenario: 'reconcile-fails',
    rule: NOT_GUESSED,
    exhaustive: only({ crash: 1 }),
  },
  {
    bug: 'the handler runs after an abandoned attempt without reconciliation',
    file: 'engine/run-attempt.ts',
    find: "if (typeof onAbandoned !== 'function') return",
    replace: 'if (attempt.attempt > 0) return',
    scenario: 'reconcile',
    rule: NOT_GUESSED,
    exhaustive: only({ crash: 1 }),
  },
  {
    bug: 'an abandoned attempt is followed by another against the policy',
    file: 'engine/drive.ts',
    find: "? 'takeover' : 'reject'",
    replace: "? 'takeover' : 'takeover'",
    scenario: 'reject',
    rule: NOT_GUESSED,
    exhaustive: only({ crash: 1 }),
  },
  {
    bug: 'an attempt that never began is given back as a failure',
    file: 'engine/drive.ts',
    find: "'release', { key: flight.key, owner }",
    replace:
      "'fail', { key: flight.key, owner, kind: 'retryable', failure: '{}', retentionMs: 60_000, tombstoneMs: 0 }",
    scenario: 'leaving-alone',
    rule: ONE_ANSWER,
    exhaustive: only({}),
  },
  {
    bug: 'an attempt that failed is given back as if it had not begun',
    file: 'engine/settle.ts',
    find: "'fail', report)",
    replace: "'release', report)",
    scenario: 'failing',
    rule: NOT_GUESSED,
    exhaustive: only({}),
  },
  {
    bug: 'a saved step runs again',
    file: 'engine/attempt.ts',
    find: 'if (this.#saved.has(name)) {',
    replace: 'if (this.#saved.size < 0) {',
    scenario: 'steps',
    rule: STEPS,
    exhaustive: only({ crash: 1 }),
  },
  {
    bug: 'a caller that leaves takes the attempt with it',
    file: 'engine/flight.ts',
    find: 'if (this.deserted) this.onDeserted?.()',
    replace: 'this.onDeserted?.()',
    scenario: 'leaving',
    rule: SIGNAL,
    exhaustive: only({}),
  },
  {
    bug: 'the handler is not told that somebody took over',
    file: 'engine/heartbeat.ts',
    find: "this.#onEnd('taken')",
    replace: 'void 0',
    scenario: 'forgetting',
    rule: SIGNAL,
    exhaustive: only({}),
  },
  {
    bug: 'the handler is not told that its lease may have run out',
    file: 'engine/heartbeat.ts',
    find: "this.#onEnd('silent')",
    replace: '',
    scenario: 'not-waiting',
    rule: SIGNAL,
    exhaustive: only({ lapse: 1 }),
  },
  {
    bug: 'a process that forgets a key keeps it in its cache',
    file: 'engine/engine.ts',
    find: 'this.cache?.delete(key)',
    replace: '',
    scenario: 'caching',
    rule: ONE_ANSWER,
    exhaustive: only({}),
  },
  {
    bug: 'an answer that was under way while its key was forgotten is cached',
    file: 'engine/flight.ts',
    find: 'if (this.#known !== forgotten) return',
    replace: '',
    scenario: 'caching-under-way',
    rule: ONE_ANSWER,
    exhaustive: only({}),
  },
  {
    bug: 'work that could not be recorded is reported as a plain failure',
    file: 'engine/settle.ts',
    find: 'raise(new UnsettledError(',
    replace: 'raise(cause) ?? raise(new UnsettledError(',
    scenario: 'polled',
    rule: NOT_GUESSED,
    exhaustive: only({ outage: 1 }),
  },
  {
    bug: 'a late owner that cannot look gets a plain failure of the store',
    file: 'engine/drive.ts',
    find: 'return flight.refuse(lost(key, lostAttempt, error))',
    replace: 'return refused(() => error as StoreError)',
    scenario: 'forgetting',
    rule: NOT_GUESSED,
    exhaustive: only({ outage: 1 }),
  },
  {
    bug: 'a failure that is meant to be final can be tried again',
    file: 'engine/settle.ts',
    find: "mayRetry ? 'retryable' : 'final'",
    replace: "'retryable'",
    scenario: 'failing-for-good',
    rule: NOT_GUESSED,
    exhaustive: only({}),
  },
  {
    bug: 'a handler runs unprotected beside an attempt that is known',
    file: 'engine/drive.ts',
    find: "=== 'throw' || waitedFor !== undefined",
    replace: "=== 'throw'",
    scenario: 'unprotected',
    rule: NOT_GUESSED,
    exhaustive: only({ outage: 1 }),
  },
  {
    bug: 'one payload is given the answer of another',
    file: 'engine/drive.ts',
    find: '                fingerprint,\n                leaseMs',
    replace: '                leaseMs',
    scenario: 'mismatch',
    rule: ONE_ANSWER,
    exhaustive: only({}),
  },
  {
    bug: 'the heart goes on beating when the attempt is over',
    file: 'engine/run-attempt.ts',
    find: '    heartbeat.stop()\n',
    replace: '',
    scenario: 'polled',
    rule: ALIVE,
    exhaustive: only({}),
  },
  {
    bug: 'a watch stays in place when nobody waits any more',
    file: 'engine/drive.ts',
    find: 'pause?.end()',
    replace: '',
    scenario: 'duplicates',
    rule: ALIVE,
    exhaustive: only({}),
  },
  {
    bug: 'the time limit of a caller that was answered goes on',
    file: 'engine/flight.ts',
    find: 'function release(caller: Caller): void {\n  caller.stopWaiting?.()',
    replace: 'function release(caller: Caller): void {',
    scenario: 'polled',
    rule: ALIVE,
    exhaustive: only({}),
  },
]
