import type { ProvidedContext } from 'vitest'
import { startMongo } from './mongo/mongo'
import { startEmbeddedPostgres, startPostgres } from './postgres/postgres'
import { startRedis } from './redis/redis'
import { startValkey } from './redis/valkey'
import { serverOrSkip } from './server-or-skip'
import { sharedServer, stopSharedServer } from './shared-server'

declare module 'vitest' {
  interface ProvidedContext {
    /** `undefined` where no server can be had and the tests that need it are skipped; so for each. */
    redisUrl: string | undefined
    valkeyUrl: string | undefined
    postgresUrl: string | undefined
    mongoUrl: string | undefined
  }
}

const servers = {
  redis: { title: 'Redis', key: 'redisUrl', start: startRedis },
  valkey: { title: 'Valkey', key: 'valkeyUrl', start: startValkey },
  postgres: { title: 'PostgreSQL', key: 'postgresUrl', start: startPostgres },
  // In place of `postgres`, for tests that are to run on more than one version.
  postgres18: { title: 'PostgreSQL 18', key: 'postgresUrl', start: startEmbeddedPostgres },
  mongo: { title: 'MongoDB', key: 'mongoUrl', start: startMongo },
} as const

export type ServerName = keyof typeof servers

interface ProvidingProject {
  provide<Key extends keyof ProvidedContext>(key: Key, value: ProvidedContext[Key]): void
}

/**
 * A vitest global setup that starts the servers which a package's tests need, one of each for all
 * packages of a run, and gives the tests their URLs: `inject('redisUrl')`.
 *
 * @example
 * export const setup = provideServers('redis')
 */
export function provideServers(...names: ServerName[]) {
  return async (project: ProvidingProject): Promise<() => Promise<void>> => {
    await Promise.all(
      names.map(async (name) => {
        const { title, key, start } = servers[name]
        project.provide(key, serverOrSkip(title, await sharedServer(name, start))?.url)
      }),
    )
    return async () => {
      await Promise.all(names.map(stopSharedServer))
    }
  }
}
