import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Idem, Mutex } from '@idem/core'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { RedisLockStore, RedisStore } from '../src/index'
import { openClients } from './support/open-clients'

const EXAMPLE = /<!-- (test\/readme\/\S+) -->\n```ts\n(.*?)```/gs

const read = (file: string): Promise<string> => readFile(join(import.meta.dirname, '..', file), 'utf8')
const readme = await read('README.md')
const server = serverOrSkip('a private Redis', await startPrivateRedis())

test('every example of the README is a file here, which is compiled', async () => {
  const examples = [...readme.matchAll(EXAMPLE)]
  expect(examples.length).toBe(readme.split('```ts').length - 1)
  for (const [, file = '', code] of examples) expect(code).toBe(await read(file))
})

describe.skipIf(server === undefined)('what the README says', () => {
  const url = server?.url ?? ''
  const open = openClients()
  afterAll(() => server?.stop())

  test('runs, and prints what it promises', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    vi.stubEnv('REDIS_URL', url)
    await import('./readme/run-once')
    expect(log.mock.calls).toEqual([[1]])
    vi.unstubAllEnvs()
    log.mockRestore()
  })

  test('to allow a user is enough for all that the stores do', async () => {
    const [, words = ''] = /^ACL (SETUSER .*)$/m.exec(readme) ?? []
    const [setUser = '', ...rules] = words.split(' ')
    expect(await open(url).acl(setUser as 'SETUSER', ...(rules as [string]))).toBe('OK')
    const user = { username: 'app', password: 'secret' }
    const [client, subscriber] = [open(url, user), open(url, user)]
    const store = new RedisStore(client, { subscriber })
    const idem = new Idem({ store, observer: () => {} })
    const failing = idem.run('user', async (ctx) => {
      await ctx.step('step', () => 1)
      throw new Error('not today')
    })
    await expect(failing).rejects.toThrow('not today')
    expect(await idem.resolve('user', 'by hand')).toBe(true)
    expect(await idem.run('user', async () => 'again')).toBe('by hand')
    expect(await idem.inspect('user')).toMatchObject({ state: 'succeeded' })
    const keys: string[] = []
    for await (const record of idem.records()) keys.push(record.key)
    expect(keys).toContain('idem:::user')
    expect(await idem.forget('user')).toBe(true)
    await store.watch?.('idem:::watched', () => {}, AbortSignal.timeout(1))
    expect(await store.diagnose()).toEqual([])
    const mutex = new Mutex({ store: new RedisLockStore(client, { subscriber }) })
    expect(await mutex.run('lock', async () => 'held')).toBe('held')
  })
})
