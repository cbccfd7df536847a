import { Mutex, StoreError } from '@idem/core'
import { serverOrSkip, startPrivateRedis, startTcpProxy } from '@idem/test-servers'
import type { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import { RedisLockStore } from '../src/index'
import { openClients } from './support/open-clients'
import { token } from './support/requests'

const server = serverOrSkip('a private Redis', await startPrivateRedis())

interface Refusal {
  readonly client: Redis
  /** What the error says, and what to do about it. */
  readonly says: RegExp
  /** What its cause says. */
  readonly cause: RegExp
  readonly spoil: (key: string) => Promise<unknown>
  readonly heal: (key: string) => Promise<unknown>
  /** Whether looking is refused too. */
  readonly blind: boolean
}

describe.skipIf(server === undefined)('locks on a server that refuses', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const operator = open(url)
  let rounds = 0

  afterAll(() => server?.stop())

  /** Every call ends with a `StoreError`, nothing runs, and once the server is well again the lock is there to be had. */
  async function failsAndRecovers({ client, says, cause, spoil, heal, blind }: Refusal): Promise<void> {
    const name = `refused ${++rounds}`
    const store = new RedisLockStore(client)
    const mutex = new Mutex({ store, storeTimeout: 2000 })
    const stored = `idem:${name}`
    const request = { name: stored, owner: token(), ttlMs: 60_000 }
    await store.isHeld(stored)
    await store.acquire(request)
    await store.release(request)

    await operator.del(`lock:${stored}`)
    await spoil(`lock:${stored}`)
    const calls = [
      () => store.acquire(request),
      () => store.extend({ ...request }),
      () => store.release(request),
      ...(blind ? [() => store.isHeld(stored)] : []),
      () => mutex.acquire(name),
      () => mutex.tryAcquire(name),
      () => mutex.run(name, () => expect.fail('it ran')),
    ]
    const errors: unknown[] = []
    for (const call of blind ? calls : [calls[0], ...calls.slice(3)]) {
      errors.push(await call?.().catch((error: unknown) => error))
    }
    await heal(`lock:${stored}`)
    for (const error of errors) {
      expect(error).toBeInstanceOf(StoreError)
      expect((error as StoreError).message).toMatch(says)
      expect((error as StoreError).cause).toBeInstanceOf(Error)
      expect(rootOf(error)).toMatch(cause)
    }
    expect(await mutex.run(name, () => 'ran')).toBe('ran')
  }

  test('connections', async () => {
    const proxy = await startTcpProxy(url)
    try {
      await failsAndRecovers({
        client: open(proxy.url, { maxRetriesPerRequest: 1, retryStrategy: () => 10 }),
        says: /cannot be reached/,
        cause: /max retries per request/,
        blind: true,
        spoil: async () => {
          await proxy.refuse(true)
          proxy.cut()
        },
        heal: () => proxy.refuse(false),
      })
    } finally {
      await proxy.close()
    }
  })

  test('writes, because it is a replica: READONLY', () =>
    failsAndRecovers({
      client: open(url),
      says: /READONLY.*connect to the primary/,
      cause: /^READONLY/,
      // What nobody holds can be told without writing.
      blind: false,
      spoil: () => operator.replicaof('127.0.0.1', 1),
      heal: () => operator.replicaof('NO', 'ONE'),
    }))

  test.each([
    ['a list', (key: string) => operator.rpush(key, 'of somebody else')],
    ['a text', (key: string) => operator.set(key, 'something of somebody else')],
  ])('because the key is something else: WRONGTYPE (%s)', (_, spoil) =>
    failsAndRecovers({
      client: open(url),
      says: /WRONGTYPE.*another prefix/,
      cause: /^WRONGTYPE/,
      blind: true,
      spoil,
      heal: (key) => operator.del(key),
    }),
  )

  test('nothing, where there is no prefix to speak of: the keys begin with lock:', async () => {
    for (const options of [undefined, {}, { prefix: undefined }]) {
      const name = `default ${++rounds}`
      await new RedisLockStore(operator, options).acquire({ name, owner: token(), ttlMs: 1000 })
      expect(await operator.exists(`lock:${name}`)).toBe(1)
    }
  })
})

function rootOf(error: unknown): string {
  let root = error
  while (root instanceof Error && root.cause !== undefined) root = root.cause
  return root instanceof Error ? root.message : String(root)
}
