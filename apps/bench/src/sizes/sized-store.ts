import { openMongoStore } from '../mongo/open-mongo-store'
import * as mongo from '../mongo/raw'
import { openMongo } from '../mongo/server'
import { openPostgresStore } from '../postgres/open-postgres-store'
import * as postgres from '../postgres/raw'
import { openPostgres } from '../postgres/server'
import type { Contestant } from '../race/contestant'
import { openRedisStore } from '../redis/open-redis-store'
import * as redis from '../redis/raw'
import { openRedis } from '../redis/server'
import { type IdemOptions, idem } from '../work/idem'
import type { KeySource } from '../work/key-source'
import type { Library } from '../work/library'
import type { Settled } from '../work/replay'

/** A server whose store is given answers of many sizes. */
export interface SizedStore {
  readonly description: string
  readonly url: string
  readonly keys: KeySource
  /** What is measured: there, or through a network in front of it. */
  at(url: string): SizedLibraries
  /** Removes what was kept. */
  tidy(): Promise<void>
  close(): Promise<void>
}

export interface SizedLibraries {
  readonly idem: Library
  /** The floors. */
  rawWrites(text: string): Library
  rawReads(settled: Settled): Contestant
}

export async function redisSizes(): Promise<SizedStore> {
  const server = await openRedis()
  return {
    ...server,
    at: (url) => ({
      idem: whole(() => openRedisStore(url)),
      rawWrites: (text) => redis.rawWrites(url, text),
      rawReads: (settled) => redis.rawReads(url, server.keys, settled),
    }),
  }
}

export async function postgresSizes(): Promise<SizedStore> {
  const server = await openPostgres()
  return {
    ...server,
    at(url) {
      const place = { url, schema: server.schema }
      return {
        idem: whole(() => openPostgresStore(place)),
        rawWrites: (text) => postgres.rawWrites(place, text),
        rawReads: (settled) => postgres.rawReads(place, server.keys, settled),
      }
    },
  }
}

export async function mongoSizes(): Promise<SizedStore> {
  const server = await openMongo()
  return {
    ...server,
    at: (url) => ({
      idem: whole(() => openMongoStore({ url })),
      rawWrites: (text) => mongo.rawWrites({ url }, text),
      rawReads: (settled) => mongo.rawReads({ url }, server.keys, settled),
    }),
  }
}

const whole = (openStore: IdemOptions['openStore']): Library => idem({ name: 'idem', openStore })
