import fc, { type Arbitrary } from 'fast-check'
import type { Operation, Who } from './operation'
import type { Timescale } from './timescale'

const KEYS = [':one', ':two'] as const
const VALUES = [undefined, '', '{"a":1}'] as const

/** Random sequences of calls: a few keys, so that calls meet, and owners more often than strangers. */
export function operations(timescale: Timescale, maxLength: number): Arbitrary<Operation[]> {
  const duration = fc.constantFrom(...timescale.durations)
  // A lease has to end.
  const lease = fc.constantFrom(...timescale.durations.filter((ms) => ms !== Number.POSITIVE_INFINITY))
  const key = fc.constantFrom(...KEYS)
  const value = fc.constantFrom(...VALUES)
  const ends = { retentionMs: duration, tombstoneMs: fc.constantFrom(...timescale.tombstones) }
  const by = (strangers: number): Arbitrary<Who> =>
    fc.record({
      key,
      owner: fc.oneof(
        { weight: 4, arbitrary: fc.constant('owner' as const) },
        { weight: 1, arbitrary: fc.constant('late' as const) },
        { weight: strangers, arbitrary: fc.constant('stranger' as const) },
      ),
    })

  const claim = fc.record({
    call: fc.constant('claim' as const),
    who: by(12),
    fingerprint: fc.constantFrom(undefined, undefined, undefined, 'one', 'other'),
    leaseMs: lease,
    keepMs: duration,
    maxAttempts: fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
    onAbandoned: fc.constantFrom(
      'takeover' as const,
      'takeover' as const,
      'reconcile' as const,
      'reject' as const,
    ),
    waitedFor: fc.constantFrom(
      'nothing' as const,
      'nothing' as const,
      'earlier' as const,
      'this' as const,
      'later' as const,
    ),
  })
  const extend = fc.record({
    call: fc.constant('extend' as const),
    who: by(1),
    leaseMs: lease,
    keepMs: duration,
  })
  const complete = fc.record({ call: fc.constant('complete' as const), who: by(1), value, ...ends })
  const kind = fc.constantFrom(
    'retryable' as const,
    'retryable' as const,
    'final' as const,
    'abandoned' as const,
  )
  const fail = fc.record({ call: fc.constant('fail' as const), who: by(1), kind, ...ends })
  const release = fc.record({ call: fc.constant('release' as const), who: by(1) })
  const name = fc.constantFrom('charge', 'ship')
  const saveStep = fc.record({ call: fc.constant('saveStep' as const), who: by(1), name, value })
  const resolve = fc.record({
    call: fc.constant('resolve' as const),
    who: fc.record({ key, owner: fc.constant('stranger' as const) }),
    value,
    ...ends,
  })
  const look = fc.record({ call: fc.constantFrom('get' as const, 'delete' as const), key })
  const state = fc.constantFrom(undefined, 'running', 'succeeded', 'failed', 'abandoned' as const)
  const list = fc.record({ call: fc.constant('list' as const), state, limit: fc.constantFrom(1, 10) })
  const advance = fc.record({
    call: fc.constant('advance' as const),
    ms: fc.constantFrom(...timescale.steps),
  })

  const operation = fc.oneof(
    { weight: 10, arbitrary: claim },
    { weight: 2, arbitrary: extend },
    { weight: 3, arbitrary: complete },
    { weight: 6, arbitrary: fail },
    { weight: 3, arbitrary: release },
    { weight: 3, arbitrary: saveStep },
    { weight: 2, arbitrary: resolve },
    { weight: 4, arbitrary: fc.constant({ call: 'again' as const }) },
    { weight: 2, arbitrary: look },
    { weight: 1, arbitrary: list },
    { weight: timescale.passesAtOnce ? 1 : 5, arbitrary: advance },
  )
  return fc.array(operation, { minLength: 1, maxLength, size: 'max' })
}
