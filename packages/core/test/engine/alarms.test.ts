import { describe, expect, it } from 'vitest'
import { Alarm, Alarms } from '../../src/engine/alarms'
import { VirtualRuntime } from '../support/virtual-runtime'

class Ringing extends Alarm {
  constructor(readonly ring: () => void) {
    super()
  }
}

function clock() {
  const time = new VirtualRuntime()
  const alarms = new Alarms(time)
  const set = (delayMs: number, ring: () => void): Alarm => {
    const alarm = new Ringing(ring)
    alarms.set(alarm, time.now() + delayMs)
    return alarm
  }
  return { time, alarms, set }
}

describe('alarms', () => {
  it('ring once, when they are due, on one background timer', async () => {
    const { time, set } = clock()
    const rung: [number, string][] = []
    const ring = (name: string) => () => rung.push([time.now() - 1_000, name])
    set(50, ring('second'))
    set(20, ring('first'))
    set(90, ring('third'))
    expect([time.timers, time.backgroundTimers]).toEqual([0, 1])
    await time.advance(1_000)
    expect(rung).toEqual([
      [20, 'first'],
      [50, 'second'],
      [90, 'third'],
    ])
    expect(time.backgroundTimers).toBe(0)
  })

  it('stay silent when cancelled, be it by another that rings in the same moment', async () => {
    const { time, alarms, set } = clock()
    const rung: string[] = []
    alarms.cancel(set(10, () => rung.push('cancelled')))
    set(20, () => {
      rung.push('first')
      alarms.cancel(second)
    })
    const second = set(20, () => rung.push('second'))
    await time.advance(100)
    expect(rung).toEqual(['first'])
  })

  it('ring no earlier when another, that rings in the same moment, puts them off', async () => {
    const { time, alarms, set } = clock()
    const rung: number[] = []
    set(20, () => alarms.set(second, time.now() + 30))
    const second = set(20, () => rung.push(time.now() - 1_000))
    await time.advance(100)
    expect(rung).toEqual([50])
  })

  it('may be set by one that rings, for the same moment too', async () => {
    const { time, set } = clock()
    const rung: number[] = []
    set(10, () => set(0, () => rung.push(time.now())))
    await time.advance(100)
    expect(rung).toHaveLength(1)
  })

  it('may be set for never', async () => {
    const { time, set } = clock()
    set(Number.POSITIVE_INFINITY, () => expect.unreachable())
    set(5, () => {})
    await time.advance(100)
    expect(time.backgroundTimers).toBe(0)
  })
})
