export const STORE_NAMES = ['memory', 'redis', 'postgres', 'mongo'] as const
export type StoreName = (typeof STORE_NAMES)[number]

/** What a load process is told once. */
export interface Order {
  readonly store: StoreName
  /** Of the server; empty where there is none. */
  readonly url: string
  /** Decides which scenes are played, in which order, with answers of which size. */
  readonly seed: number
  /** How many scenes begin a second. */
  readonly rate: number
  readonly retentionMs: number
  readonly leaseMs: number
}

/** First part of every record's key. */
export const NAMESPACE = 'soak'
