import { RedisStore } from '@idem/redis'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimOf } from './support/claim-of'
import { startCli } from './support/cli'
import { until } from './support/until'

const server = serverOrSkip('a private Redis', await startPrivateRedis({ appendOnly: true }))
afterAll(() => server?.stop())

describe.skipIf(server === undefined)('watch, where no terminal is', () => {
  const url = server?.url as string
  let client: Redis
  let store: RedisStore
  beforeAll(() => {
    client = new Redis(url)
    client.on('error', () => {})
    store = new RedisStore(client)
  })
  afterAll(() => client?.disconnect())

  const watching = (...args: string[]) =>
    startCli(['watch', '--interval', '100ms', ...args], { IDEM_STORE: url })

  it('writes a line for each change, and ends well', async () => {
    await store.claim(claimOf('idem:::first', 600_000))
    const { out, kill, ended } = watching()
    await until(() => out().includes('idem:::first'))
    expect(out()).toMatch(/^\S+Z {2}running 1 {2}succeeded 0 {2}failed 0 {2}abandoned 0\n/)

    await store.claim(claimOf('idem:::second', 1))
    await until(() => /abandoned {2}attempt 1 {2}idem:::second/.test(out()))
    await store.claim(claimOf('idem:::second', 600_000))
    await until(() => /takeover {2}attempt 2 {2}idem:::second/.test(out()))
    await until(() => /running 2 .* abandoned 0\n$/.test(out()))
    kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0, err: '' })
    expect(out().match(/takeover/g)).toHaveLength(1)
  })

  it('tells of a takeover that has ended before it looked, and of what was resolved or forgotten', async () => {
    const keys = ['quick:::taken', 'quick:::resolved', 'quick:::forgotten']
    for (const key of keys) await store.claim(claimOf(key, 1))
    const { out, kill, ended } = watching('quick:', '--json')
    const looks = () =>
      out()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { changes: { what: string; key: string }[] })
    await until(() => looks().length > 0)
    const claim = claimOf('quick:::taken', 600_000)
    await store.claim(claim)
    await store.complete({ ...claim, retentionMs: 600_000, tombstoneMs: 0, value: '1' })
    await store.resolve({
      key: 'quick:::resolved',
      owner: 'me',
      retentionMs: 600_000,
      tombstoneMs: 0,
      value: '1',
    })
    await store.delete('quick:::forgotten')
    const told = () => looks().flatMap(({ changes }) => changes.map(({ what, key }) => `${what} ${key}`))
    await until(() => told().includes('gone quick:::forgotten'))
    kill('SIGTERM')
    expect((await ended).code).toBe(0)
    expect(told()).toEqual(
      expect.arrayContaining([
        'takeover quick:::taken',
        'settled quick:::resolved',
        'gone quick:::forgotten',
      ]),
    )
  })

  it('goes on when the server has been away', async () => {
    const { out, kill, ended } = watching('away:')
    await until(() => out().includes('running 0'))
    await server?.kill()
    await until(() => /Redis failed to list/.test(out()))
    await server?.restart()
    await until(() => store.claim(claimOf('away:::back', 600_000)).catch(() => false))
    await until(() => out().includes('running 1'))
    kill('SIGINT')
    expect((await ended).code).toBe(0)
  })

  it('ends by itself when nobody reads any more', async () => {
    const { out, hangUp, ended } = watching('--json')
    await until(() => out() !== '')
    hangUp()
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })
})
