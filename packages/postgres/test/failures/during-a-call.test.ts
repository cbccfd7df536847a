import { Idem, StoreError } from '@idem/core'
import { startTcpProxy, type TcpProxy } from '@idem/test-servers'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { PostgresLockStore, PostgresStore } from '../../src'
import { claimOf, completionOf } from '../claims'
import { database, describeOnPostgres } from '../database'

const db = database()
const direct = db.pool()
const store = new PostgresStore(direct, { schema: db.schema })
const records = `"${db.schema}".records`

let proxy: TcpProxy
let own: Pool
let through: PostgresStore
let key = ''

beforeAll(async () => {
  await store.migrate()
  await new PostgresLockStore(direct, { schema: db.schema }).migrate()
})
beforeEach(async () => {
  key = crypto.randomUUID()
  proxy = await startTcpProxy(inject('postgresUrl') as string)
  own = db.pool({ connectionString: proxy.url })
  through = new PostgresStore(own, { schema: db.schema })
})
afterEach(() => proxy.close())
afterAll(() => db.end())

/** Runs `during` while a call waits in the server for a row that somebody else has locked. */
async function whileItWaits<T>(call: () => Promise<T>, during: () => unknown): Promise<T> {
  const holder = await direct.connect()
  try {
    await holder.query('BEGIN')
    await holder.query(`SELECT FROM ${records} WHERE key = $1 FOR UPDATE`, [key])
    const called = call()
    called.catch(() => {})
    await expect.poll(async () => (await waiting()).length).toBe(1)
    await during()
    return await called
  } finally {
    await holder.query('ROLLBACK')
    holder.release()
  }
}

async function waiting(): Promise<{ readonly pid: number }[]> {
  const { rows } = await direct.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1`,
    [`%${db.schema}%`],
  )
  return rows
}

describeOnPostgres('a connection that is lost', () => {
  it('before the statement is replaced, where there is a pool', async () => {
    await through.get(key)
    proxy.cut()
    await expect.poll(() => own.totalCount).toBe(0)
    expect(await through.claim(claimOf(key))).toMatchObject({ type: 'acquired' })
  })

  it('before the statement is told, where it is the only one, and the key is free', async () => {
    const client = await db.client(proxy.url)
    const single = new PostgresStore(client, { schema: db.schema })
    await single.get(key)
    const ended = new Promise((resolve) => client.once('end', resolve))
    proxy.cut()
    await ended
    const failed = single.claim(claimOf(key))
    await expect(failed).rejects.toThrow(StoreError)
    await expect(failed).rejects.toMatchObject({ cause: expect.any(Error) })
    expect(await store.get(key)).toBeUndefined()
    expect(await store.claim(claimOf(key))).toMatchObject({ type: 'acquired', attempt: 1 })
  })

  it('and cannot be had again is told, with what the network said', async () => {
    await through.get(key)
    await proxy.refuse(true)
    proxy.cut()
    await expect.poll(() => own.totalCount).toBe(0)
    await expect(through.claim(claimOf(key))).rejects.toThrow(/PostgreSQL failed to claim: .*ECONNREFUSED/)
    await proxy.refuse(false)
    expect(await through.claim(claimOf(key))).toMatchObject({ type: 'acquired', attempt: 1 })
  })

  it('during a settle is told; the server may have gone on, and the owner settles again with one answer', async () => {
    const claim = claimOf(key)
    await store.claim(claim)
    const completion = completionOf(claim)
    const cut = await whileItWaits(
      () => through.complete(completion),
      () => proxy.cut(),
    ).catch((error: unknown) => error)
    expect(cut).toBeInstanceOf(StoreError)
    expect(await through.complete(completion)).toBe(true)
    expect(await store.get(key)).toMatchObject({ state: 'succeeded', value: 'value', attempt: 1 })
    expect(await through.complete(completionOf(claimOf(key)))).toBe(false)
  })

  it('during a settle that never happened leaves the record running, for its owner to settle', async () => {
    const claim = claimOf(key)
    await store.claim(claim)
    const ended = await whileItWaits(
      () => through.complete(completionOf(claim)),
      async () => direct.query('SELECT pg_terminate_backend($1)', [(await waiting())[0]?.pid]),
    ).catch((error: unknown) => error)
    expect(ended).toBeInstanceOf(StoreError)
    expect(ended).toMatchObject({ cause: { code: '57P01' } })
    expect(await store.get(key)).toMatchObject({ state: 'running', owner: claim.owner })
    expect(await through.complete(completionOf(claim))).toBe(true)
  })

  it('after a claim: sent again by its owner it is the same claim', async () => {
    const claim = claimOf(key)
    const lost = proxy.cutAfterNextRequest(1, 'records_claim')
    await expect(through.claim(claim)).rejects.toThrow(StoreError)
    await lost
    const record = await store.get(key)
    expect(record).toMatchObject({ state: 'running', owner: claim.owner, attempt: 1 })
    const again = { type: 'acquired', attempt: 1, fence: record?.fence, takeover: false }
    expect(await through.claim(claim)).toMatchObject(again)
    expect(await through.claim(claimOf(key))).toMatchObject({ type: 'running', attempt: 1 })
  })

  it('after a settle: sent again by its owner it is the same answer', async () => {
    for (const how of ['complete', 'fail'] as const) {
      const claim = claimOf(`${key} ${how}`)
      await store.claim(claim)
      const settle = () =>
        how === 'complete'
          ? through.complete(completionOf(claim))
          : through.fail({ ...completionOf(claim), kind: 'final', failure: 'value' })
      const lost = proxy.cutAfterNextRequest(1, `records_${how}`)
      await expect(settle()).rejects.toThrow(StoreError)
      await lost
      const before = await store.get(claim.key)
      expect(await settle()).toBe(true)
      expect(await store.get(claim.key)).toEqual(before)
    }
  })

  it('after claims and settles that went together: each is repeated for itself', async () => {
    const claims = Array.from({ length: 50 }, () => claimOf(crypto.randomUUID()))
    const rejected = async (calls: Promise<unknown>[]) =>
      (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected').length
    const lostClaims = proxy.cutAfterNextRequest(1, 'records_claim_all')
    expect(await rejected(claims.map((claim) => through.claim(claim)))).toBeGreaterThan(1)
    await lostClaims
    const acquired = await Promise.all(claims.map((claim) => through.claim(claim)))
    expect(acquired.filter((each) => each.type === 'acquired' && each.attempt === 1)).toHaveLength(50)
    const completions = claims.map((claim) => completionOf(claim, { value: claim.key }))
    const lostSettles = proxy.cutAfterNextRequest(1, 'records_complete_all')
    expect(await rejected(completions.map((each) => through.complete(each)))).toBeGreaterThan(1)
    await lostSettles
    expect(await Promise.all(completions.map((each) => through.complete(each)))).not.toContain(false)
    const kept = await Promise.all(claims.map((claim) => store.get(claim.key)))
    expect(kept.map((record) => record?.value)).toEqual(claims.map((claim) => claim.key))
  })

  it('after claim and settle of a run costs it a repetition each, and nobody an answer', async () => {
    let runs = 0
    const [one, other] = [new Idem({ store: through }), new Idem({ store })]
    const lost = [/records_claim\b/, /records_complete\b/].map((call) =>
      proxy.cutAfterNextRequest(1, (request) => call.test(request.toString('latin1').replaceAll('"', ''))),
    )
    expect(await one.run(key, () => ++runs)).toBe(1)
    await Promise.all(lost)
    expect(await other.run(key, () => ++runs)).toBe(1)
    expect(runs).toBe(1)
  })

  it('after a lock was acquired or released: its owner is told the same again', async () => {
    const locks = new PostgresLockStore(own, { schema: db.schema })
    const request = { name: key, owner: 'owner', ttlMs: 60_000 }
    const lost = proxy.cutAfterNextRequest(1, 'locks_acquire')
    await expect(locks.acquire(request)).rejects.toThrow(StoreError)
    await lost
    expect(await locks.acquire(request)).toMatchObject({ acquired: true })
    expect(await locks.acquire({ ...request, owner: 'other' })).toMatchObject({ acquired: false })
    const released = proxy.cutAfterNextRequest(1, 'locks_release')
    await expect(locks.release(request)).rejects.toThrow(StoreError)
    await released
    expect(await locks.acquire({ ...request, owner: 'other' })).toMatchObject({ acquired: true })
  })
})
