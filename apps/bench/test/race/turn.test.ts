import { setImmediate as nextTick } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { turn } from '../../src/race/turn'

describe('turn', () => {
  it('keeps as many operations under way as it was told, and waits for the last', async () => {
    let underWay = 0
    let most = 0
    let done = 0
    const operation = async () => {
      most = Math.max(most, ++underWay)
      await nextTick()
      underWay--
      done++
    }
    const rate = await turn(operation, { inFlight: 7, turnMs: 20, callsPerLook: 1 })
    expect(most).toBe(7)
    expect(underWay).toBe(0)
    expect(done).toBeGreaterThanOrEqual(7)
    expect(rate).toBeGreaterThan(0)
  })

  it('counts every operation between two looks at the clock', async () => {
    let calls = 0
    const startedAt = performance.now()
    const rate = await turn(async () => void calls++, { inFlight: 1, turnMs: 10, callsPerLook: 50 })
    const seconds = (performance.now() - startedAt) / 1000
    expect(calls % 50).toBe(0)
    // It counts until its last operation, and so somewhat less time than we do.
    expect(rate).toBeGreaterThanOrEqual(calls / seconds)
  })

  it('is over for all, with the reason, when one operation fails', async () => {
    let calls = 0
    const operation = async () => {
      await nextTick()
      if (++calls === 3) throw new Error('no answer')
    }
    await expect(turn(operation, { inFlight: 2, turnMs: 600_000, callsPerLook: 1 })).rejects.toThrow(
      'no answer',
    )
  })
})
