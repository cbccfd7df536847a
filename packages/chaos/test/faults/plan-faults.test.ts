import { describe, expect, it } from 'vitest'
import { DEFAULT_FAULTS, mapFaults, NO_FAULTS, planFaults } from '../../src/faults/plan-faults'

const run = { seed: 7, durationMs: 18_000, leaseMs: 400 }

describe('planFaults', () => {
  it('plans as many of each kind as asked for, in the order of time', () => {
    const faults = planFaults(DEFAULT_FAULTS, run)
    for (const [kind, count] of Object.entries(DEFAULT_FAULTS)) {
      expect(faults.filter((fault) => fault.kind === kind)).toHaveLength(count)
    }
    const times = faults.map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    expect(times[0]).toBeGreaterThanOrEqual(500)
    expect(times.at(-1)).toBeLessThan(18_000)
  })

  it('stops processes for longer than the lease', () => {
    const stops = planFaults({ ...DEFAULT_FAULTS, stops: 50 }, run).filter(({ kind }) => kind === 'stops')
    expect(Math.min(...stops.map(({ forMs }) => forMs))).toBeGreaterThan(400)
  })

  it('leaves everybody without a server for no longer than a lease', () => {
    const faults = planFaults({ ...NO_FAULTS, restarts: 50, failovers: 50 }, run)
    expect(faults).toHaveLength(100)
    expect(Math.max(...faults.map(({ forMs }) => forMs))).toBeLessThanOrEqual(400)
  })

  it('plans the same for the same seed, and something else for another', () => {
    expect(planFaults(DEFAULT_FAULTS, run)).toEqual(planFaults(DEFAULT_FAULTS, run))
    expect(planFaults(DEFAULT_FAULTS, run)).not.toEqual(planFaults(DEFAULT_FAULTS, { ...run, seed: 8 }))
  })
})

describe('mapFaults', () => {
  it('counts each kind', () => {
    expect(mapFaults((kind) => DEFAULT_FAULTS[kind])).toEqual(DEFAULT_FAULTS)
  })
})
