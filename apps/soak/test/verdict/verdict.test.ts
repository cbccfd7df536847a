import { Random } from '@idem/harness'
import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src/look'
import { QUANTITIES } from '../../src/verdict/quantities'
import { judge } from '../../src/verdict/verdict'
import { sampleOf } from '../sample-of'

const HOUR = 3_600_000
const TIMES = { durationMs: HOUR, retentionMs: 120_000, cleanUpMs: 180_000 }

/** An hour, a sample every ten seconds. */
const hour = (own: (share: number) => Partial<Sample>) =>
  Array.from({ length: 360 }, (_, index) => sampleOf((index + 1) * 10_000, own((index + 1) / 360)))

const verdicts = (samples: readonly Sample[], times = TIMES) =>
  Object.fromEntries(judge(samples, times).map(({ of, verdict }) => [of, verdict]))

const growing = (samples: readonly Sample[], times = TIMES) =>
  judge(samples, times).flatMap(({ of, verdict }) => (verdict === 'grows' ? [of] : []))

describe('an hour', () => {
  it('is well if nothing changes', () => {
    expect(new Set(Object.values(verdicts(hour(() => ({})))))).toEqual(new Set(['bounded']))
  })

  it.each(QUANTITIES)('is not, if $title doubles in it', ({ of }) => {
    expect(growing(hour((share) => ({ [of]: (sampleOf(0)[of] ?? 0) * (1 + share) * 20 })))).toEqual([of])
  })

  it('is well if all wavers by a third, and jumps at times', () => {
    const random = new Random('noise')
    const noisy = hour(() => {
      const factor = () => (random.chance(0.02) ? 4 : 0.8 + random.next() * 0.4)
      return Object.fromEntries(QUANTITIES.map(({ of }) => [of, (sampleOf(0)[of] ?? 0) * 20 * factor()]))
    })
    expect(growing(noisy)).toEqual([])
  })

  it('shows a leak that is smaller than the wavering', () => {
    const random = new Random('noise')
    const leaking = hour((share) => ({ heapBytes: (20 + random.next() * 8 + share * 12) * 2 ** 20 }))
    expect(growing(leaking)).toEqual(['heapBytes'])
  })

  it('shows 200 bytes that are kept of each of 15 scenes a second', () => {
    const leaking = hour((share) => ({ heapBytes: 20 * 2 ** 20 + 200 * 15 * 3600 * share }))
    expect(growing(leaking)).toEqual(['heapBytes'])
  })

  it('is well if something grows by less than it may, however steadily', () => {
    expect(growing(hour((share) => ({ timers: 100 + 12 * share })))).toEqual([])
  })

  it('is well if what seems to grow only wavers', () => {
    const random = new Random('noise')
    const wavering = hour((share) => ({ records: 1000 + random.next() * 1000 + share * 400 }))
    const records = judge(wavering, TIMES).find(({ of }) => of === 'records')
    expect(records?.growth).toBeGreaterThan(records?.allowed ?? Infinity)
    expect(records?.verdict).toBe('bounded')
  })

  it('is not judged by what fills up in its first quarter', () => {
    expect(growing(hour((share) => ({ records: Math.min(1, share * 4) * 5000 })))).toEqual([])
  })

  it('is well if something becomes less', () => {
    expect(growing(hour((share) => ({ timers: 500 - 400 * share })))).toEqual([])
  })

  it('says nothing of what nobody could count', () => {
    const blind = hour(() => ({})).map(({ watches: _, ...seen }) => seen)
    expect(verdicts(blind)).not.toHaveProperty('watches')
  })
})

describe('a minute', () => {
  const minute = Array.from({ length: 30 }, (_, index) => sampleOf((index + 1) * 2000))

  it('says nothing of what the server has not had the time to clean up', () => {
    const { heapBytes, records } = verdicts(minute, { ...TIMES, durationMs: 60_000 })
    expect({ heapBytes, records }).toEqual({ heapBytes: 'bounded', records: 'too short to tell' })
  })

  it('says nothing at all where there are but a few samples', () => {
    expect(verdicts(minute.slice(0, 9), { ...TIMES, durationMs: 18_000 })['heapBytes']).toBe(
      'too short to tell',
    )
  })
})
