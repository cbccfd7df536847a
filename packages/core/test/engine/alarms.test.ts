import { describe, expect, it } from 'vitest'
import { Alarms } from '../../src/engine/alarms'
import { VirtualRuntime } from '../support/virtual-runtime'

describe('alarms', () => {
  it('ring once, when they are due, on one background timer', async () => {
    const time = new VirtualRuntime()
    const alarms = new Alarms(time)
    const rung: [number, string][] = []
    const ring = (name: string) => () => rung.push([time.now() - 1_000, name])
    alarms.set(50, ring('second'))
    alarms.set(20, ring('first'))
    alarms.set(90, ring('third'))
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
    const time = new VirtualRuntime()
    const alarms = new Alarms(time)
    const rung: string[] = []
    alarms.cancel(alarms.set(10, () => rung.push('cancelled')))
    alarms.set(20, () => {
      rung.push('first')
      alarms.cancel(second)
    })
    const second = alarms.set(20, () => rung.push('second'))
    alarms.cancel(undefined)
    await time.advance(100)
    expect(rung).toEqual(['first'])
  })

  it('may be set by one that rings, for the same moment too', async () => {
    const time = new VirtualRuntime()
    const alarms = new Alarms(time)
    const rung: number[] = []
    alarms.set(10, () => alarms.set(0, () => rung.push(time.now())))
    await time.advance(100)
    expect(rung).toHaveLength(1)
  })

  it('may be set for never', async () => {
    const time = new VirtualRuntime()
    const alarms = new Alarms(time)
    alarms.set(Number.POSITIVE_INFINITY, () => expect.unreachable())
    alarms.set(5, () => {})
    await time.advance(100)
    expect(time.backgroundTimers).toBe(0)
  })
})
