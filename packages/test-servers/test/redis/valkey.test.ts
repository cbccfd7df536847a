import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, inject, it, vi } from 'vitest'
import { startPrivateValkey, startValkey, valkeySources } from '../../src/redis/valkey'
import { serverOrSkip } from '../../src/server-or-skip'

const redisUrl = inject('redisUrl')
const had = serverOrSkip('a private Valkey', await startPrivateValkey())

afterAll(() => had?.stop())
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('startValkey', () => {
  it.skipIf(redisUrl === undefined)('takes no Redis for one', async () => {
    vi.stubEnv('VALKEY_URL', redisUrl)
    await expect(valkeySources[0]?.start()).rejects.toThrow('what answers is no Valkey')
  })

  it('is no excuse for CI where VALKEY_URL is set and nothing answers', async () => {
    vi.stubEnv('VALKEY_URL', 'redis://127.0.0.1:1')
    const server = await startValkey()
    if ('stop' in server) return server.stop()
    expect(server.notPackaged).toBeUndefined()
    expect(server.reason).toContain('VALKEY_URL is set, but nothing answers there')
  })
})

describe.skipIf(had === undefined)('startPrivateValkey', () => {
  it('starts a Valkey that is killed and restarted', async () => {
    if (!had) throw new Error('no server')
    await had.kill()
    await had.restart()
    const client = new Redis(had.url)
    expect(await client.info('server')).toMatch(/^valkey_version:/m)
    client.disconnect()
  })
})
