import { equal, ok, rejects } from 'node:assert/strict'
import type { Redis } from 'ioredis'
import { expect } from 'vitest'
import type { RedisLockStore } from '../../src/index'
import { foreignLocks } from '../support/foreign-values'
import { token } from '../support/requests'

/** What is to be tried: a lock store without prefix, a client to the same server, and a name of one's own. */
export interface LockStage {
  readonly store: RedisLockStore
  readonly client: Redis
  readonly name: string
}

const HOUR_MS = 3_600_000

/** What Redis adds to the contract: keys of others, how long a lock is remembered, clocks that jump. */
export const ownLockCases: Readonly<Record<string, (stage: LockStage) => Promise<void>>> = {
  async 'what is no lock is left alone'({ store, client, name }) {
    const request = { name, owner: token(), ttlMs: 1000 }
    const refused = async () => {
      const calls = [
        store.acquire(request),
        store.extend(request),
        store.release(request),
        store.isHeld(name),
      ]
      for (const call of await Promise.allSettled(calls)) {
        ok(call.status === 'rejected' && /WRONGTYPE.*another prefix/.test(call.reason.message))
      }
    }
    await client.rpush(name, 'of somebody else')
    await refused()
    equal(await client.llen(name), 1)
    for (const value of foreignLocks) {
      await client.set(name, value)
      await refused()
      expect(await client.getBuffer(name)).toEqual(value)
    }
    await rejects(store.isHeld(name, request.owner), /WRONGTYPE/)
  },

  async 'a fence tells when it was granted, and does not fall with the clock'({ store, client, name }) {
    const acquire = async () => {
      const owner = token()
      const outcome = await store.acquire({ name, owner, ttlMs: HOUR_MS })
      return { owner, fence: outcome.acquired ? outcome.fence : expect.fail('not acquired') }
    }
    const { fence, owner } = await acquire()
    ok(Math.abs(fence / 1000 - Date.now()) < 60_000)
    await store.release({ name, owner })
    const later = (Date.now() + 5 * HOUR_MS) * 1000
    const raw = Buffer.alloc(15)
    raw.writeBigUInt64BE(BigInt(later))
    await client.set(name, raw.subarray(1))
    const next = await acquire()
    equal(next.fence, later + 1)
    await store.release({ name, owner: next.owner })
    equal((await acquire()).fence, later + 2)
  },

  async 'a lock is remembered for an hour after it has ended, and no longer'({ store, client, name }) {
    const owner = token()
    const left = async (from: number, to: number) => {
      const ms = await client.pttl(name)
      ok(ms > from && ms <= to, `${ms} ms are left`)
    }
    await store.acquire({ name, owner, ttlMs: HOUR_MS })
    await left(1.9 * HOUR_MS, 2 * HOUR_MS)
    await store.extend({ name, owner, ttlMs: 2 * HOUR_MS })
    await left(2.9 * HOUR_MS, 3 * HOUR_MS)
    await store.extend({ name, owner, ttlMs: Infinity })
    equal(await client.pttl(name), -1)
    await store.release({ name, owner })
    await left(0.9 * HOUR_MS, HOUR_MS)
  },
}
