import type { StoreLook } from '../look'

/** Where one store's records are kept for the time of a soak, and what its server tells. */
export interface Ground {
  /** Name, version, and where it came from. */
  readonly server: string
  /** For the load process; empty where there is no server. */
  readonly url: string
  /** How long after a record's end the server removes it, and gives its room to others: until then all grows. */
  readonly cleanUpMs: number
  look(): Promise<StoreLook>
  /** Leaves nothing behind. */
  close(): Promise<void>
}
