import type { Claim } from '@idem/core'
import { startTcpProxy } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MongoStore } from '../src'
import { database } from './database'

const claimOf = (): Claim => ({
  ...{ key: crypto.randomUUID(), owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000 },
  ...{ maxAttempts: Infinity, onAbandoned: 'takeover' },
})

describe.skipIf(inject('mongoUrl') === undefined)('a claim that was given up and released', () => {
  const own = database()
  const store = new MongoStore(own.db)
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>

  beforeAll(async () => {
    await store.migrate()
    proxy = await startTcpProxy(own.url)
  })
  afterAll(async () => {
    await own.end()
    await proxy?.close()
  })

  it('leaves nothing, whether it was under way or waited for others', async () => {
    const slow = new MongoStore(own.open({}, proxy.url))
    await slow.get('a connection')
    proxy.delay(100)
    // More than all batches have room for that are on their way at once.
    const claims = Array.from({ length: 250 }, claimOf)
    const [underWay, waiting] = [claims[0], claims.at(-1)] as [Claim, Claim]
    const asked = claims.map((claim) => slow.claim(claim).catch((error: unknown) => error))
    await new Promise((resolve) => setImmediate(resolve))
    const released = await Promise.all([underWay, waiting].map((claim) => slow.release(claim)))
    proxy.delay(0)
    expect(released).toEqual([true, false])
    await Promise.all(asked)
    for (const { key } of [underWay, waiting]) expect(await store.get(key)).toBeUndefined()
  })
})
