import { equal, ok } from 'node:assert/strict'
import { expect } from 'vitest'
import type { Scene } from './broken-place'
import { inTransaction, told, waitsInDatabase } from './looking-on'

const HOUR_MS = 3_600_000

/** What PostgreSQL adds to the contract of locks: how long one is remembered, rows that somebody has locked, notices. */
export const ownLockCases: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async 'a fence tells when it was given, and does not fall with the clock'({ locks, key, advance, now }) {
    const acquire = async (name = key) => {
      const request = { name, owner: crypto.randomUUID(), ttlMs: 10 * HOUR_MS }
      const outcome = await locks.acquire(request)
      const fence = outcome.acquired ? outcome.fence : expect.fail('not acquired')
      return { fence, release: () => locks.release(request) }
    }
    const near = async (fence: number) => ok(Math.abs(fence / 1000 - (await now())) < 60_000)
    const first = await acquire()
    await near(first.fence)
    await first.release()
    await advance(5 * HOUR_MS)
    const second = await acquire()
    await near(second.fence)
    await second.release()
    await advance(-5 * HOUR_MS)
    const third = await acquire()
    equal(third.fence, second.fence + 1)
    await third.release()
    equal((await acquire()).fence, third.fence + 1)
    await advance(5 * HOUR_MS)
  },

  async 'a lock is remembered for an hour after it has ended, and no longer'({
    locks,
    key,
    advance,
    pool,
    schema,
  }) {
    const request = { name: key, owner: 'owner', ttlMs: HOUR_MS }
    const isThere = async () => {
      await locks.sweep()
      return (await pool.query(`SELECT FROM "${schema}".locks WHERE name = $1`, [key])).rowCount === 1
    }
    const left = async (hours: number) => {
      await advance(hours * HOUR_MS - 10_000)
      equal(await isThere(), true)
      await advance(20_000)
      equal(await isThere(), false)
    }
    await locks.acquire(request)
    await left(2)
    await locks.acquire(request)
    await locks.acquire({ ...request, ttlMs: 2 * HOUR_MS })
    await left(3)
    await locks.acquire(request)
    await locks.extend({ ...request, ttlMs: 3 * HOUR_MS })
    await left(4)
  },

  async 'who watches is told of a release, and nobody else'(scene) {
    const { locks, key } = scene
    const keys = await told(scene, 'locks', async () => {
      for (const name of [`${key}:unseen`, `${key}:seen`]) {
        const leave = new AbortController()
        await locks.acquire({ name, owner: 'owner', ttlMs: HOUR_MS })
        if (name.endsWith(':seen')) await locks.watch?.(name, () => {}, leave.signal)
        await locks.release({ name, owner: 'owner' })
        leave.abort()
      }
    })
    expect(keys).toEqual([`${key}:seen`])
  },

  async 'a watch waits for whoever releases at that moment'(scene) {
    const { locks, key, schema } = scene
    await locks.acquire({ name: key, owner: 'owner', ttlMs: HOUR_MS })
    await inTransaction(scene, 'BEGIN', async (releasing) => {
      await releasing.query(`SELECT "${schema}".locks_release($1, 'owner')`, [key])
      const leave = new AbortController()
      const watch = locks.watch?.(key, () => {}, leave.signal)
      await waitsInDatabase(scene, 'locks_watch')
      await releasing.query('COMMIT')
      await watch
      leave.abort()
    })
  },

  async 'whoever comes while another is first waits for that, and then sees it'(scene) {
    const { locks, key, schema } = scene
    await inTransaction(scene, 'BEGIN', async (first) => {
      await first.query(`SELECT "${schema}".locks_acquire($1, 'first', 60000)`, [key])
      const second = locks.acquire({ name: key, owner: 'second', ttlMs: HOUR_MS })
      await waitsInDatabase(scene, 'locks_acquire')
      await first.query('COMMIT')
      expect(await second).toMatchObject({ acquired: false })
    })
  },

  async 'what was seen without a lock is looked at again behind it'(scene) {
    const { locks, key, schema, advance } = scene
    await locks.acquire({ name: key, owner: 'before', ttlMs: 1000 })
    await advance(2000)
    await inTransaction(scene, 'BEGIN', async (first) => {
      await first.query(`SELECT "${schema}".locks_acquire($1, 'first', 60000)`, [key])
      const second = locks.acquire({ name: key, owner: 'second', ttlMs: HOUR_MS })
      await waitsInDatabase(scene, 'locks_acquire')
      await first.query('COMMIT')
      expect(await second).toMatchObject({ acquired: false })
    })
  },
}
