import { describe, expect, it } from 'vitest'
import { makeWorkload } from '../../src/workload/workload'

const options = { seed: 7, keys: 40, duplicates: 25, processes: 6, leaseMs: 400, durationMs: 18_000 }

describe('makeWorkload', () => {
  const { keys, duplicates } = makeWorkload(options)

  it('spreads the callers of each key over all processes', () => {
    for (const { key } of keys) {
      const own = duplicates.filter(({ plan }) => plan.key === key)
      expect(own).toHaveLength(25)
      expect(new Set(own.map(({ place }) => place))).toEqual(new Set([0, 1, 2, 3, 4, 5]))
    }
    expect(new Set(duplicates.map(({ id }) => id)).size).toBe(1000)
  })

  it('has callers that come at once, and such that come late', () => {
    const [{ key } = { key: '' }] = keys
    const times = duplicates.filter(({ plan }) => plan.key === key).map(({ callsAtMs }) => callsAtMs)
    expect(times.filter((ms) => ms <= 50).length).toBeGreaterThan(5)
    expect(Math.max(...times)).toBeGreaterThan(3000)
    expect(Math.max(...duplicates.map(({ callsAtMs }) => callsAtMs))).toBeLessThanOrEqual(18_000)
  })

  it('has keys of every kind', () => {
    const kinds = [
      keys.filter(({ workMs }) => workMs > 400),
      keys.filter(({ workMs }) => workMs < 400),
      keys.filter(({ failingAttempts }) => failingAttempts > 0),
      keys.filter(({ failsForGood }) => failsForGood),
      keys.filter(({ steps }) => steps > 0),
      keys.filter(({ heedsSignal }) => heedsSignal),
      keys.filter(({ onAbandoned }) => onAbandoned === 'reject'),
      keys.filter(({ fillerBytes }) => fillerBytes > 0),
    ]
    for (const kind of kinds) {
      expect(kind.length).toBeGreaterThan(0)
      expect(kind.length).toBeLessThan(40)
    }
  })

  it('is the same for the same seed, and another for another', () => {
    expect(makeWorkload(options)).toEqual({ keys, duplicates })
    expect(makeWorkload({ ...options, seed: 8 })).not.toEqual({ keys, duplicates })
  })
})
