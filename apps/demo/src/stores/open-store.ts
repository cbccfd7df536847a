import type { Store } from '@idem/core'

/** A store, and how to let go of what was opened for it. */
export interface OpenStore {
  readonly store: Store
  close(): Promise<void>
}
