import { memory } from './memory/memory'
import { mongo } from './mongo/mongo'
import { postgres } from './postgres/postgres'
import { redis } from './redis/redis'
import type { StoreKind } from './store-kind'

/** The stores that the service can keep its records in, by the name that `--store` takes. */
export const STORES = { memory, redis, postgres, mongo } as const satisfies Readonly<
  Record<string, StoreKind>
>

export type StoreName = keyof typeof STORES

export const STORE_NAMES = Object.keys(STORES) as StoreName[]
