import { Random } from '@idem/harness'

/** What the callers do, decided by the seed before anything starts. */
export interface Workload {
  readonly keys: readonly KeyPlan[]
  readonly duplicates: readonly Duplicate[]
}

export interface KeyPlan {
  readonly key: string
  /** How long an attempt works, its steps included. */
  readonly workMs: number
  /** So many attempts fail, and may be tried again. */
  readonly failingAttempts: number
  /** The attempt after those fails for good. */
  readonly failsForGood: boolean
  readonly steps: number
  /** Whether the handler stops when its signal tells it to; else it works on, and tries to publish. */
  readonly heedsSignal: boolean
  /** Whether an attempt that nobody knows the end of may be followed by another. */
  readonly onAbandoned: 'rerun' | 'reject'
  /** How much the answer carries beside what is compared. */
  readonly fillerBytes: number
}

/** One caller of one key, who calls until there is an answer that stays. */
export interface Duplicate {
  readonly id: number
  readonly plan: KeyPlan
  /** The place of the process that it belongs to. */
  readonly place: number
  readonly callsAtMs: number
}

export interface WorkloadOptions {
  readonly seed: number
  readonly keys: number
  readonly duplicates: number
  readonly processes: number
  readonly leaseMs: number
  /** Keys come into use one after another for so long. */
  readonly durationMs: number
}

/** Callers of one key come at once, soon after, or when it is long settled. */
const AT_ONCE = { share: 0.5, withinMs: 50 }
const SOON = { share: 0.35, withinMs: 3000 }

export function makeWorkload(options: WorkloadOptions): Workload {
  const { seed, keys: count, duplicates: each, processes, leaseMs, durationMs } = options
  const random = new Random('workload', seed)
  const keys = Array.from({ length: count }, (_, index) => makeKey(index, random, leaseMs))
  const duplicates: Duplicate[] = []
  for (const [index, plan] of keys.entries()) {
    const opensAtMs = (durationMs * 0.9 * index) / count
    for (let nth = 0; nth < each; nth++) {
      const id = duplicates.length
      // Round the places, so that the callers of each key are spread over all processes.
      const place = (index + nth) % processes
      duplicates.push({ id, plan, place, callsAtMs: opensAtMs + delay(random, durationMs - opensAtMs) })
    }
  }
  return { keys, duplicates }
}

function makeKey(index: number, random: Random, leaseMs: number): KeyPlan {
  return {
    key: `key-${index}`,
    workMs: random.whole(leaseMs / 4, leaseMs * 4),
    failingAttempts: random.chance(0.35) ? random.whole(1, 2) : 0,
    failsForGood: random.chance(0.1),
    steps: random.chance(0.4) ? random.whole(1, 3) : 0,
    heedsSignal: random.chance(0.3),
    onAbandoned: random.chance(0.15) ? 'reject' : 'rerun',
    fillerBytes: random.chance(0.15) ? random.whole(10_000, 100_000) : 0,
  }
}

function delay(random: Random, leftMs: number): number {
  const kind = random.next()
  if (kind < AT_ONCE.share) return random.whole(0, AT_ONCE.withinMs)
  const within = kind < AT_ONCE.share + SOON.share ? SOON.withinMs : leftMs
  return random.next() * Math.min(within, leftMs)
}
