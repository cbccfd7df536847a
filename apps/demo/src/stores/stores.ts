import { openMemoryStore } from './memory'
import type { OpenStore } from './open-store'

/** The stores that the service can keep its records in, by the name that `--store` takes. */
export const STORES: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: openMemoryStore,
}
