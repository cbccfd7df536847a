import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { LoadLook } from '../look'

const TIMERS = new Set(['Timeout', 'Immediate'])

/** Measures this process. Delays and durations are those since the look before. */
export class Meter {
  readonly #countTimers: () => number
  readonly #delay = monitorEventLoopDelay({ resolution: 10 })
  readonly #handlesBefore: number
  #durations: number[] = []

  constructor(countTimers: () => number) {
    this.#countTimers = countTimers
    this.#handlesBefore = handles()
    this.#delay.enable()
  }

  /** How long a first run took that nothing stood in the way of. */
  took(ms: number): void {
    this.#durations.push(ms)
  }

  count(): Pick<LoadLook, 'timers' | 'handles'> {
    return { timers: this.#countTimers(), handles: Math.max(0, handles() - this.#handlesBefore) }
  }

  measure(): Pick<LoadLook, 'heapBytes' | 'rssBytes' | 'loopDelayMs' | 'latencyMs'> {
    const loopDelayMs = this.#delay.percentile(99) / 1e6
    const latencyMs = percentile99(this.#durations)
    this.#durations = []
    globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    // The collection itself is no delay of the load.
    this.#delay.reset()
    return { heapBytes: heapUsed, rssBytes: rss, loopDelayMs, latencyMs }
  }
}

function handles(): number {
  return process.getActiveResourcesInfo().filter((type) => !TIMERS.has(type)).length
}

function percentile99(durations: readonly number[]): number {
  const sorted = [...durations].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0
}
