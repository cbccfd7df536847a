/** What a publisher wrote: fields and their values. */
export type StreamFields = Readonly<Record<string, string>>

/** An entry of a stream, as it was delivered. */
export interface StreamEntry {
  readonly id: string
  readonly fields: StreamFields
  /** How often it was replayed from the dead letters. */
  readonly replays: number
  /** For which group it was replayed: to the others it is nothing new. */
  readonly group?: string | undefined
}

/** Where a replayed entry says that it is one, and for whom. */
const REPLAYS = 'idem:replays'
const GROUP = 'idem:group'

/** Entries as XREADGROUP, XAUTOCLAIM and XRANGE give them. */
export function readEntries(reply: unknown): StreamEntry[] {
  return (reply as readonly [id: string, fields: string[] | null][]).map(([id, flat]) => {
    const { [REPLAYS]: replays = '0', [GROUP]: group, ...fields } = pairs(flat ?? [])
    return { id, fields, replays: wholeNumber(replays), group }
  })
}

/** What a publisher wrote there counts for nothing, unless it is a count: else no delivery of the entry would get anywhere. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : 0
}

export function pairs(flat: readonly string[]): Record<string, string> {
  const entries: [string, string][] = []
  for (let at = 0; at < flat.length; at += 2) entries.push([flat[at] as string, flat[at + 1] as string])
  return Object.fromEntries(entries)
}
