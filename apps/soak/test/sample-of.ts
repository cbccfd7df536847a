import type { Sample } from '../src/look'

/** A moment at which nothing is out of the ordinary. */
export function sampleOf(atMs: number, own: Partial<Sample> = {}): Sample {
  return {
    atMs,
    heapBytes: 20 * 2 ** 20,
    rssBytes: 100 * 2 ** 20,
    timers: 10,
    handles: 5,
    connections: 4,
    listeners: 2,
    watches: 1,
    inFlight: 3,
    records: 1000,
    bytes: 10 * 2 ** 20,
    loopDelayMs: 11,
    latencyMs: 2,
    scenes: 100,
    faults: 0,
    ...own,
  }
}
