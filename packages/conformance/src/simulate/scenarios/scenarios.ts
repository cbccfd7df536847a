import { FINAL, type Scenario } from '../scenario'
import {
  everybody,
  failing,
  failingForGood,
  firstAndOthers,
  inSteps,
  pay,
  payingSlowly,
  unencodable,
} from './handlers'

const once = { calls: [{ type: 'execute', handler: pay }] } as const
const isRetryable = (error: unknown): boolean => !String(error).includes(FINAL)

/** What the simulator plays unless told otherwise. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'duplicates',
    about: 'Every process makes the same call; crashed attempts are taken over.',
    watch: true,
    scripts: everybody(once),
  },
  {
    name: 'polled',
    about: 'The same, on a store that does not tell of changes.',
    scripts: everybody(once),
  },
  {
    name: 'local-duplicates',
    about: 'Two calls in one process, and one in every other.',
    watch: true,
    scripts: firstAndOthers(
      {
        calls: [
          { type: 'execute', handler: pay },
          { type: 'execute', handler: pay },
        ],
      },
      once,
    ),
  },
  {
    name: 'failing',
    about: 'The first attempt fails; who waited shares that, and a later call tries again.',
    watch: true,
    scripts: firstAndOthers(
      { calls: [{ type: 'execute', handler: failing(1) }] },
      {
        calls: [
          { type: 'execute', handler: failing(1) },
          { type: 'execute', handler: failing(1), isLater: true },
        ],
      },
    ),
  },
  {
    name: 'failing-for-good',
    about: 'A final failure is replayed.',
    options: { isRetryable },
    watch: true,
    scripts: everybody({ calls: [{ type: 'execute', handler: failingForGood }] }),
  },
  {
    name: 'max-attempts',
    about: 'Two attempts may fail; the failure of the second is final.',
    options: { maxAttempts: 2 },
    watch: true,
    scripts: everybody({
      calls: [
        { type: 'execute', handler: failing(3) },
        { type: 'execute', handler: failing(3), isLater: true },
      ],
    }),
  },
  {
    name: 'reject',
    about: 'An abandoned attempt is never followed by another.',
    onAbandoned: 'reject',
    watch: true,
    scripts: everybody(once),
  },
  {
    name: 'reconcile',
    about: 'After an abandoned attempt, the outside world says that the work was done.',
    onAbandoned: async (work) => {
      await work.effect()
      return { value: work.label }
    },
    watch: true,
    scripts: everybody(once),
  },
  {
    name: 'reconcile-rerun',
    about: 'After an abandoned attempt, the outside world says that nothing was done.',
    onAbandoned: async (work) => {
      await work.effect()
      return 'rerun'
    },
    watch: true,
    scripts: everybody(once),
  },
  {
    name: 'reconcile-fails',
    about: 'After an abandoned attempt, the outside world does not answer.',
    onAbandoned: async (work) => {
      await work.effect()
      throw new Error(`${work.label} has no answer`)
    },
    watch: true,
    scripts: everybody(once),
  },
  {
    name: 'steps',
    about: 'Two steps, each of them done once, whoever goes on.',
    watch: true,
    scripts: everybody({ calls: [{ type: 'execute', handler: inSteps }] }),
  },
  {
    name: 'slow',
    about: 'The handler takes longer than a lease, which the heartbeat keeps.',
    watch: true,
    scripts: everybody({ calls: [{ type: 'execute', handler: payingSlowly }] }),
  },
  {
    name: 'unencodable',
    about: 'The work succeeds with a value that cannot be kept; it never runs again.',
    watch: true,
    scripts: everybody({ calls: [{ type: 'execute', handler: unencodable }] }),
  },
  {
    name: 'leaving',
    about: 'One of two callers in a process may leave at any time.',
    watch: true,
    scripts: firstAndOthers(
      {
        calls: [
          { type: 'execute', handler: pay, mayLeave: true },
          { type: 'execute', handler: pay },
        ],
      },
      once,
    ),
  },
  {
    name: 'leaving-alone',
    about:
      'The only caller of a process may leave at any time; the one attempt that there is goes to another.',
    options: { maxAttempts: 1 },
    watch: true,
    scripts: firstAndOthers({ calls: [{ type: 'execute', handler: pay, mayLeave: true }] }, once),
  },
  {
    name: 'not-waiting',
    about: 'Who finds the operation running is told so at once.',
    options: { onInProgress: 'reject' },
    scripts: everybody(once),
  },
  {
    name: 'forgetting',
    about: 'An operator forgets the record at any time, while slow work goes on.',
    watch: true,
    scripts: firstAndOthers(
      { calls: [{ type: 'forget' }] },
      { calls: [{ type: 'execute', handler: payingSlowly }] },
    ),
  },
  {
    name: 'resolving',
    about: 'An operator settles the record, where it is abandoned.',
    onAbandoned: 'reject',
    watch: true,
    scripts: firstAndOthers({ calls: [{ type: 'resolve', value: 'as the operator says' }] }, once),
  },
  {
    name: 'caching',
    about: 'A process that forgets a key forgets it in its cache as well.',
    options: { cache: { max: 10, maxAge: '1h' } },
    watch: true,
    scripts: firstAndOthers(
      {
        calls: [
          { type: 'execute', handler: pay },
          { type: 'forget', isLater: true },
          { type: 'execute', handler: pay, isLater: true },
        ],
      },
      once,
    ),
  },
  {
    name: 'caching-under-way',
    about: 'A process forgets a key while its own answer is under way to its cache.',
    options: { cache: { max: 10, maxAge: '1h' } },
    scripts: () => [
      {
        calls: [
          { type: 'execute', handler: pay },
          { type: 'forget' },
          { type: 'execute', handler: pay, isLater: true },
        ],
      },
    ],
  },
  {
    name: 'mismatch',
    about: 'Two processes use one key for different payloads.',
    watch: true,
    scripts: firstAndOthers(
      { calls: [{ type: 'execute', handler: pay, options: { fingerprint: 'one payload' } }] },
      { calls: [{ type: 'execute', handler: pay, options: { fingerprint: 'another payload' } }] },
    ),
  },
  {
    name: 'unprotected',
    about: 'With the store down, the handler may run without protection.',
    options: { onStoreDown: 'run' },
    watch: true,
    scripts: everybody(once),
  },
]
