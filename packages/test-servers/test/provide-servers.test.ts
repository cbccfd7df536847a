import { describe, expect, inject, it } from 'vitest'
import { probes } from './probes'

const provided = {
  redis: inject('redisUrl'),
  valkey: inject('valkeyUrl'),
  postgres: inject('postgresUrl'),
  mongo: inject('mongoUrl'),
}

describe('provideServers', () => {
  for (const kind of ['redis', 'valkey', 'postgres', 'mongo'] as const) {
    const url = provided[kind]
    it.skipIf(url === undefined)(`gives the tests a ${kind} server that answers`, async () => {
      expect(await probes[kind](url ?? '')).toBe('kept')
    })
  }
})
