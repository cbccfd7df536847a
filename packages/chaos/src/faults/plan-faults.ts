import { Random } from '@idem/harness'

export interface FaultCounts {
  /** `kill -9` of a process, and a new one in its place. */
  readonly kills: number
  /** `SIGSTOP` of a process for longer than the lease, then `SIGCONT`. */
  readonly stops: number
  /** All connections of a process cut. */
  readonly cuts: number
  /** All that a process sends and gets held back, some of it for longer than a call may take. */
  readonly delays: number
  /** A connection cut when a request has reached the server and its reply is on the way. */
  readonly lostReplies: number
  /** `kill -9` of the server, and a restart with what it wrote to disk. */
  readonly restarts: number
  /** `kill -9` of the server, whose replica takes over. */
  readonly failovers: number
}

export const DEFAULT_FAULTS: FaultCounts = {
  kills: 14,
  stops: 6,
  cuts: 6,
  delays: 6,
  lostReplies: 12,
  restarts: 2,
  failovers: 2,
}
export const NO_FAULTS: FaultCounts = {
  kills: 0,
  stops: 0,
  cuts: 0,
  delays: 0,
  lostReplies: 0,
  restarts: 0,
  failovers: 0,
}

/** What the faults are called for people. */
export const FAULT_NAMES: Readonly<Record<keyof FaultCounts, string>> = {
  kills: 'processes killed',
  stops: 'processes stopped',
  cuts: 'connections cut',
  delays: 'connections delayed',
  lostReplies: 'replies lost',
  restarts: 'server restarts',
  failovers: 'failovers',
}

/** The same for each kind. */
export function mapFaults(count: (kind: keyof FaultCounts) => number): FaultCounts {
  const kinds = Object.keys(NO_FAULTS) as (keyof FaultCounts)[]
  return Object.fromEntries(kinds.map((kind) => [kind, count(kind)])) as unknown as FaultCounts
}

export interface PlannedFault {
  readonly kind: keyof FaultCounts
  readonly atMs: number
  /** How long a process is stopped or delayed, or the server is away before its restart or its successor. */
  readonly forMs: number
}

/** Leaves the first keys time to come into use. */
const FIRST_AT_MS = 500
/** Ends while keys still come into use, so that there is something to be hit. */
const LAST_AT = 0.9

/** The faults of a run, spread over its time, in the order in which they are due. */
export function planFaults(
  counts: FaultCounts,
  {
    seed,
    durationMs,
    leaseMs,
  }: { readonly seed: number; readonly durationMs: number; readonly leaseMs: number },
): PlannedFault[] {
  const random = new Random('faults', seed)
  const faults: PlannedFault[] = []
  for (const kind of Object.keys(NO_FAULTS) as (keyof FaultCounts)[]) {
    const count = counts[kind]
    for (let nth = 0; nth < count; nth++) {
      // One in each of as many equal parts of the time, so that no kind crowds together.
      const share = (nth + random.next()) / count
      const atMs = FIRST_AT_MS + share * Math.max(0, durationMs * LAST_AT - FIRST_AT_MS)
      const isServers = kind === 'restarts' || kind === 'failovers'
      const forMs = isServers ? random.whole(0, leaseMs) : random.whole(leaseMs * 1.2, leaseMs * 4)
      faults.push({ kind, atMs, forMs })
    }
  }
  return faults.sort((one, other) => one.atMs - other.atMs)
}
