import type { Played } from '../src/play'
import { judge } from '../src/verdict/verdict'
import { sampleOf } from './sample-of'

const SAMPLES = Array.from({ length: 60 }, (_, index) => sampleOf((index + 1) * 60_000))

/** An hour in which all was well. */
export function playedOf(own: Partial<Played> = {}): Played {
  const times = { durationMs: 3_600_000, retentionMs: 120_000, cleanUpMs: 960_000 }
  const samples = own.samples ?? SAMPLES
  return {
    store: 'redis',
    server: 'Redis 7.0.15',
    ...times,
    samples,
    judgements: judge(samples, times),
    faults: [],
    leftovers: [{ title: 'records', left: 0 }],
    ...own,
  }
}
