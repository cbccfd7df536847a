import type { Figure } from '../look'

/** Something that must not grow. */
export interface Quantity {
  readonly of: Figure
  readonly title: string
  readonly unit: 'bytes' | 'count'
  /** It may grow by this share of its median, */
  readonly share: number
  /** and by so much besides, whatever its median. */
  readonly slack: number
  /** Whether it becomes steady only when the server has cleaned up for the first time. */
  readonly waitsForCleanUp?: true
}

const MIB = 2 ** 20

/** Timers, listeners and watches belong to scenes under way, and waver as those do. */
export const QUANTITIES: readonly Quantity[] = [
  { of: 'heapBytes', title: 'heap', unit: 'bytes', share: 0.1, slack: 4 * MIB },
  { of: 'rssBytes', title: 'resident memory', unit: 'bytes', share: 0.15, slack: 24 * MIB },
  { of: 'timers', title: 'timers', unit: 'count', share: 0.1, slack: 8 },
  { of: 'handles', title: 'handles', unit: 'count', share: 0.1, slack: 4 },
  { of: 'connections', title: 'connections', unit: 'count', share: 0.1, slack: 4 },
  { of: 'listeners', title: 'listeners', unit: 'count', share: 0.1, slack: 8 },
  { of: 'watches', title: 'watches', unit: 'count', share: 0.1, slack: 8 },
  { of: 'inFlight', title: 'scenes under way', unit: 'count', share: 0.1, slack: 8 },
  { of: 'records', title: 'records', unit: 'count', share: 0.1, slack: 50, waitsForCleanUp: true },
  {
    of: 'bytes',
    title: 'room in the store',
    unit: 'bytes',
    share: 0.1,
    slack: 2 * MIB,
    waitsForCleanUp: true,
  },
]
