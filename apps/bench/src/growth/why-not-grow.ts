/** What the last step of growing took, from which the next is estimated. */
export interface LastStep {
  readonly records: number
  /** Of them, and of what is left. */
  readonly bytes: number
  readonly freeBytes: number | undefined
  /** How many of the records were made in how many ms. */
  readonly made: number
  readonly madeInMs: number
}

/** Longer than this nobody waits for one step. */
const LONGEST_MS = 15 * 60_000
/** Beside the records: what a database writes ahead, and what the machine needs for itself. */
const SPARE_BYTES = 4 * 2 ** 30
/** Where it cannot be seen how much room there is, no more is taken than is to be had anywhere. */
const MOST_UNSEEN_BYTES = 2 * 2 ** 30

/** Why a store must not be grown to so many records on this machine; nothing, if it may. */
export function whyNotGrow(next: number, last: LastStep): string | undefined {
  const bytes = (last.bytes / last.records) * (next - last.records)
  const room = last.freeBytes === undefined ? MOST_UNSEEN_BYTES : last.freeBytes - SPARE_BYTES
  // An index is sorted beside the one that there is.
  if (bytes * 1.2 > room) {
    const left =
      last.freeBytes === undefined ? 'what is free cannot be seen' : `${gib(last.freeBytes)} GiB are free`
    return `they would take some ${gib(bytes)} GiB, and ${left}`
  }
  const ms = (last.madeInMs / last.made) * (next - last.records)
  return ms > LONGEST_MS ? `making them would take some ${Math.round(ms / 60_000)} minutes` : undefined
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)
