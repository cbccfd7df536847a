import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mongoSources } from '../src/mongo/mongo'
import { postgresSources } from '../src/postgres/postgres'
import { redisSources } from '../src/redis/redis'
import { valkeySources } from '../src/redis/valkey'
import { probes } from './probes'

const kinds = [
  { kind: 'redis', sources: redisSources },
  { kind: 'valkey', sources: valkeySources },
  { kind: 'postgres', sources: postgresSources },
  { kind: 'mongo', sources: mongoSources },
] as const

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idem-sources-'))
  // A server that runs as another user must be able to reach its own folder below.
  chmodSync(folder, 0o755)
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(kinds)('$kind', ({ kind, sources }) => {
  // The environment's servers are someone else's, and apt is left alone: it changes the machine.
  const startable = sources.filter(({ name }) => name !== 'environment' && name !== 'apt package')

  it.for(startable)(
    'starts from: $name, answers, stops and leaves nothing behind',
    async (source, { skip }) => {
      const server = await source.start().catch((reason: Error) => reason)
      if (server instanceof Error) return skip(server.message)

      expect(new URL(server.url).hostname).toBe('127.0.0.1')
      expect(await probes[kind](server.url)).toBe('kept')
      expect(readdirSync(folder)).toHaveLength(1)

      await server.stop()
      await expect(probes[kind](server.url)).rejects.toThrow()
      expect(readdirSync(folder)).toEqual([])
    },
  )
})
