import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HoldTime, type TimedCall } from '../../src/mutex/hold-time'

describe('HoldTime', () => {
  it('relies on nothing before a grant', () => {
    const time = new HoldTime()
    expect(time.until).toBe(Number.NEGATIVE_INFINITY)
    expect(time.mayBeHeld).toBe(false)
    time.sent(100, 1_000)
    expect(time.until).toBe(Number.NEGATIVE_INFINITY)
    expect(time.mayBeHeld).toBe(true)
  })

  it('counts from when the call was sent, and leaves a part of the time for late timers', () => {
    const time = new HoldTime()
    time.granted(time.sent(100, 1_000))
    expect(time.until).toBe(1_050)
    expect(time.renewAt).toBeCloseTo(433.3, 1)
  })

  it('relies on a shorter time from the moment it is asked for', () => {
    const time = new HoldTime()
    time.granted(time.sent(0, 10_000))
    time.sent(100, 1_000)
    expect(time.until).toBe(1_050)
    expect(time.renewAt).toBeCloseTo(433.3, 1)
  })

  it('may hold the lock after a call that failed, and does not after one that was refused', () => {
    const failed = new HoldTime()
    failed.unknown(failed.sent(0, 1_000))
    expect(failed.mayBeHeld).toBe(true)
    const refused = new HoldTime()
    refused.refused(refused.sent(0, 1_000))
    expect(refused.mayBeHeld).toBe(false)
    const granted = new HoldTime()
    granted.granted(granted.sent(0, 1_000))
    expect(granted.mayBeHeld).toBe(true)
  })

  it('is not set back by the late reply to an earlier call', () => {
    const time = new HoldTime()
    const first = time.sent(0, 1_000)
    time.granted(time.sent(300, 1_000))
    time.granted(first)
    expect(time.until).toBe(1_250)
    expect(time.renewAt).toBeCloseTo(633.3, 1)
  })

  it('never relies on the lock when the store may let somebody in, in whatever order the store comes to calls', () => {
    fc.assert(fc.property(fc.array(aCall, { minLength: 1, maxLength: 8 }), neverTooLong), { numRuns: 2_000 })
  })

  it('relies on the last renewal, if all calls are answered and ask for the same time', () => {
    const time = new HoldTime()
    for (let sentAt = 0; sentAt < 10_000; sentAt += 300) time.granted(time.sent(sentAt, 1_000))
    expect(time.until).toBe(9_900 + 950)
  })
})

interface Call {
  readonly afterMs: number
  readonly ttlMs: number
  /** How long it is on its way to the store; `undefined`: it never gets there. */
  readonly wayMs: number | undefined
  /** How long the reply takes; `undefined`: it is lost. */
  readonly backMs: number | undefined
}

const aCall: fc.Arbitrary<Call> = fc.record({
  afterMs: fc.integer({ min: 0, max: 400 }),
  ttlMs: fc.constantFrom(100, 300, 1_000),
  wayMs: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
  backMs: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
})

/** Plays the calls against a store in a line, and compares what the holder relies on with what the store does. */
function neverTooLong(calls: readonly Call[]): void {
  const time = new HoldTime()
  let storeUntil = Number.NEGATIVE_INFINITY
  let granted = false
  let lost = false
  const events: { readonly at: number; readonly happens: () => void }[] = []
  const at = (moment: number, happens: () => void) => events.push({ at: moment, happens })

  let now = 0
  for (const { afterMs, ttlMs, wayMs, backMs } of calls) {
    now += afterMs
    const sentAt = now
    at(sentAt, () => {
      const call: TimedCall = time.sent(sentAt, ttlMs)
      if (backMs === undefined) at(sentAt + 200, () => time.unknown(call))
      if (wayMs === undefined) return
      at(sentAt + wayMs, () => {
        // The first call that the store comes to takes the lock, later ones renew it if it is held still.
        const kept = !granted || sentAt + wayMs < storeUntil
        granted = true
        if (kept) storeUntil = sentAt + wayMs + ttlMs
        if (backMs === undefined) return
        at(sentAt + wayMs + backMs, () => {
          if (kept) time.granted(call)
          else lost = true
        })
      })
    })
  }

  let clock = 0
  while (events.length > 0 && !lost) {
    events.sort((one, other) => one.at - other.at)
    const event = events.shift()
    if (event === undefined) break
    agree(clock, event.at, time, storeUntil)
    clock = event.at
    event.happens()
  }
  if (!lost) agree(clock, Number.POSITIVE_INFINITY, time, storeUntil)
}

/** From one event to the next there is no moment that the holder relies on and the store does not keep. */
function agree(from: number, to: number, time: HoldTime, storeUntil: number): void {
  const freeFrom = Math.max(from, storeUntil)
  const reliedTo = Math.min(to, time.until)
  if (freeFrom < reliedTo) throw new Error(`free from ${freeFrom}, but relied on to ${reliedTo}`)
}
