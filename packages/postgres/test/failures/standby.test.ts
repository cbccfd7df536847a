import { Idem } from '@idem/core'
import { serverOrSkip, startPrivatePostgres } from '@idem/test-servers'
import { Pool } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { PostgresLockStore, PostgresStore } from '../../src'
import { claimOf, completionOf } from '../claims'
import { failsAndRecovers } from './fails-and-recovers'

const primary = serverOrSkip('a private PostgreSQL', await startPrivatePostgres())
const standby =
  primary && serverOrSkip('a standby of PostgreSQL', await startPrivatePostgres({ standbyOf: primary }))
const pools: Pool[] = []

function poolOf(url: string | undefined): Pool {
  const pool = new Pool({ connectionString: url, max: 3 }).on('error', () => {})
  pools.push(pool)
  return pool
}

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await Promise.all([standby?.stop(), primary?.stop()])
})

describe.skipIf(standby === undefined)('a standby', () => {
  it('replays what it has, refuses the rest with what to do, and changes nothing', async () => {
    const [writing, reading] = [poolOf(primary?.url), poolOf(standby?.url)]
    const [store, broken] = [new PostgresStore(writing), new PostgresStore(reading)]
    const locks = new PostgresLockStore(writing)
    await store.migrate()
    await locks.migrate()
    const [settled, running] = [claimOf('settled'), claimOf('running')]
    for (const claim of [settled, running]) await store.claim(claim)
    await store.complete(completionOf(settled))
    await locks.acquire({ name: 'name', owner: 'owner', ttlMs: 60_000 })
    await expect.poll(() => new PostgresLockStore(reading).isHeld('name').catch(() => false)).toBe(true)

    expect(await broken.claim(claimOf('settled'))).toMatchObject({ type: 'settled', value: 'value' })
    expect(await broken.claim(claimOf('running'))).toMatchObject({ type: 'running' })
    const together = Array.from({ length: 10 }, () => broken.claim(claimOf('settled')))
    expect(await Promise.all(together)).toHaveLength(10)
    expect(await broken.get('running')).toMatchObject({ state: 'running', owner: running.owner, attempt: 1 })

    const lock = { name: 'name', owner: 'other', ttlMs: 60_000 }
    const readingLocks = new PostgresLockStore(reading)
    expect(await readingLocks.acquire(lock)).toMatchObject({ acquired: false })
    const refused = [
      () => broken.claim(claimOf('fresh')),
      () => broken.complete(completionOf(running)),
      () => broken.extend({ ...running, leaseMs: 1, keepMs: 1 }),
      () => broken.delete('settled'),
      () => broken.sweep(),
      () => readingLocks.acquire({ ...lock, name: 'free' }),
    ]
    for (const call of refused) {
      const failed = call()
      await expect(failed).rejects.toThrow(/connect to the primary/)
      await expect(failed).rejects.toMatchObject({ cause: { code: '25006' } })
    }
    expect(await store.get('running')).toMatchObject({ state: 'running', owner: running.owner })
    const heal = async () => {}
    await failsAndRecovers({ broken, healed: store, says: /connect to the primary/, code: '25006', heal })
  })

  it('that is made the primary goes on with the records that it has', async () => {
    const reading = poolOf(standby?.url)
    const store = new PostgresStore(reading)
    let runs = 0
    const run = (key: string, own: PostgresStore) => new Idem({ store: own }).run(key, () => ++runs)
    expect(await run('ran', new PostgresStore(poolOf(primary?.url)))).toBe(1)
    await expect.poll(() => store.get('idem:::ran')).toMatchObject({ state: 'succeeded' })
    await primary?.kill()
    await reading.query('SELECT pg_promote()')
    expect(await run('ran', store)).toBe(1)
    expect(await run('other', store)).toBe(2)
  })
})
