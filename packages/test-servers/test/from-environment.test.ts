import { afterEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../src/free-port'
import { mongoSources } from '../src/mongo/mongo'
import { postgresSources } from '../src/postgres/postgres'
import { redisSources } from '../src/redis/redis'
import { valkeySources } from '../src/redis/valkey'

const kinds = [
  { variable: 'REDIS_URL', scheme: 'redis', sources: redisSources },
  { variable: 'VALKEY_URL', scheme: 'redis', sources: valkeySources },
  { variable: 'DATABASE_URL', scheme: 'postgres', sources: postgresSources },
  { variable: 'MONGODB_URL', scheme: 'mongodb', sources: mongoSources },
]

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.each(kinds)('$variable', ({ variable, scheme, sources }) => {
  const [environment] = sources

  it('is the first source', () => {
    expect(environment?.name).toBe('environment')
  })

  it('is passed over where it is not set', async () => {
    vi.stubEnv(variable, undefined)
    await expect(environment?.start()).rejects.toThrow(`${variable} is not set`)
  })

  it('is passed over, with the reason, where nothing answers', async () => {
    vi.stubEnv(variable, `${scheme}://127.0.0.1:${await freePort()}`)
    await expect(environment?.start()).rejects.toThrow(
      new RegExp(`^${variable} is set, but nothing answers there: .*ECONNREFUSED`),
    )
  })
})
