import { mongoDatabase } from '@idem/test-servers'
import { afterAll, inject } from 'vitest'
import { memory } from '../../src/stores/memory/memory'
import { mongo } from '../../src/stores/mongo/mongo'
import { postgres } from '../../src/stores/postgres/postgres'
import { redis } from '../../src/stores/redis/redis'
import type { StoreKind } from '../../src/stores/store-kind'

/** A store on a server that other tests use as well: names are to be new, and nobody may kill it. */
export interface UsableStore {
  readonly title: string
  readonly kind: StoreKind
  /** `undefined` where the tests of it are to be skipped. */
  readonly url: string | undefined
}

/** All that `--store` can name, each ready to be opened. */
export async function everyStore(): Promise<UsableStore[]> {
  const mongoServer = inject('mongoUrl')
  const database = mongoServer === undefined ? undefined : mongoDatabase(mongoServer)
  afterAll(() => database?.drop())
  return [
    { title: 'memory', kind: memory, url: '' },
    { title: 'Redis', kind: redis, url: inject('redisUrl') },
    { title: 'PostgreSQL', kind: postgres, url: await located(postgres, inject('postgresUrl')) },
    { title: 'MongoDB', kind: mongo, url: await located(mongo, database?.url) },
  ]
}

/** With its tables made. */
async function located(kind: StoreKind, url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined
  const place = await kind.locate({ [kind.variable ?? '']: url })
  return place.url
}
