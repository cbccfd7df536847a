import type { Store } from '@idem/core'
import { openMemoryStore } from './memory'

/** A store, and how to let go of what was opened for it. */
export interface OpenStore {
  readonly store: Store
  close(): Promise<void>
}

/** The stores that the service can keep its records in, by the name that `--store` takes. */
export const STORES: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: openMemoryStore,
}
