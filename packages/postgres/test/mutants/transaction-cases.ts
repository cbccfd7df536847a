import { equal, ok } from 'node:assert/strict'
import type { TransactionOutcome, TransactionRequest } from '@idem/core'
import type { PoolClient } from 'pg'
import { expect } from 'vitest'
import { Connection } from '../../src/connection'
import { type PostgresStoreOptions, resolveOptions } from '../../src/options'
import { Transactor } from '../../src/transactions/transact'
import { claimOf, completionOf } from '../claims'
import type { Scene } from './broken-place'
import { inTransaction, told, waitsInDatabase } from './looking-on'
import { stories } from './stories'
import { COARSE_MS, plain, shown, tell } from './told-stories'

const HOUR_MS = 3_600_000

type Request = Partial<TransactionRequest<PoolClient>>

/** A transaction of a process of its own, whose body answers at once unless it is told otherwise. */
function transact(
  { pool, schema }: Scene,
  key: string,
  request: Request = {},
  options: PostgresStoreOptions = {},
): Promise<TransactionOutcome> {
  const place = resolveOptions(pool, { schema, ...options }, 'records', ['schema', 'isolation'])
  return new Transactor<PoolClient>(new Connection(pool, place), place).transact({
    ...{ key, owner: `${crypto.randomUUID()}:trans`, retentionMs: 2 * HOUR_MS, tombstoneMs: 0 },
    run: async () => ({ value: 'value' }),
    finalFailure: () => undefined,
    ...request,
  })
}

/** What a claim and its settling come to, as a transaction tells it. */
async function attempt(scene: Scene, key: string, request: Request, failure?: string): Promise<unknown> {
  const { store } = scene
  const { fingerprint, waitedFor, tombstoneMs = 0 } = request
  const claim = claimOf(key, { owner: `${crypto.randomUUID()}:trans`, fingerprint, waitedFor })
  const outcome = await store.claim(claim)
  if (outcome.type === 'running') return { type: 'busy', attempt: outcome.attempt }
  if (outcome.type !== 'acquired') return plain(outcome)
  const settled = completionOf(claim, { retentionMs: 2 * HOUR_MS, tombstoneMs })
  if (failure === undefined) ok(await store.complete(settled))
  else ok(await store.fail({ ...settled, kind: 'final', failure }))
  return { type: 'committed', attempt: outcome.attempt }
}

/** The same of a transaction. */
const inShort = (outcome: TransactionOutcome): unknown =>
  outcome.type === 'committed' || outcome.type === 'busy'
    ? { type: outcome.type, attempt: outcome.attempt }
    : plain(outcome)

/** Everything that can have happened to a key, twice, and so long ago: for a transaction, and for an attempt. */
async function twins(scene: Scene, what: string, agoMs: number) {
  const names = Object.keys(stories)
  const keysOf = (how: string) => names.map((name) => `${scene.key}:${what}:${how}:${name}`)
  const [ours, theirs] = [keysOf('transaction'), keysOf('attempt')]
  const waited = await tell(scene, [...ours, ...theirs])
  await scene.advance(agoMs)
  return names.map((name, nth) => {
    const [our, their] = [ours[nth] as string, theirs[nth] as string]
    return { name, our, their, waitedFor: { our: waited.get(our), their: waited.get(their) } }
  })
}

/** All of them, to their end: what one that failed has left under way would be in the way of who tidies up. */
async function all(cases: readonly Promise<void>[]): Promise<void> {
  for (const ended of await Promise.allSettled(cases)) if (ended.status === 'rejected') throw ended.reason
}

/** What transactions promise beside. */
export const transactionCases: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async 'a transaction finds, and leaves, what an attempt does'(scene) {
    const { store, advance } = scene
    const payloads = [
      ['one', 0],
      ['one', COARSE_MS],
      ['other', 0],
      [undefined, COARSE_MS],
    ] as const
    for (const [nth, [fingerprint, agoMs]] of payloads.entries()) {
      const request = { fingerprint, tombstoneMs: nth % 2 === 0 ? HOUR_MS : 0 }
      const pairs = await twins(scene, `${nth}`, agoMs)
      await all(
        pairs.map(async ({ name, our, their, waitedFor }) => {
          const before = await store.get(our)
          const outcome = await transact(scene, our, { ...request, waitedFor: waitedFor.our })
          const expected = await attempt(scene, their, { ...request, waitedFor: waitedFor.their })
          expect(inShort(outcome), name).toEqual(expected)
          expect(await shown(scene, our), name).toEqual(await shown(scene, their))
          if (outcome.type !== 'committed') return
          const { fence = 0, expiresAt = 0, updatedAt = 0 } = (await store.get(our)) ?? {}
          equal(fence, outcome.fence, name)
          ok(fence > (before?.fence ?? 0) && fence / 1000 > (await scene.now()) - COARSE_MS, name)
          equal(expiresAt - updatedAt, 2 * HOUR_MS, name)
        }),
      )
      for (const hours of [1.5, 1]) {
        await advance(hours * HOUR_MS)
        const policy = { onAbandoned: 'reject', keepMs: 9 * HOUR_MS } as const
        const found = async (key: string) => plain(await store.claim(claimOf(key, policy)))
        await all(
          pairs.map(async ({ name, our, their }) =>
            expect(await found(our), name).toEqual(await found(their)),
          ),
        )
      }
    }
  },

  async 'a final failure is left as an attempt leaves it'(scene) {
    const run = () => Promise.reject(new Error('declined'))
    const request = { fingerprint: 'one', tombstoneMs: HOUR_MS }
    const ends = (await twins(scene, 'failing', COARSE_MS)).map(async ({ name, our, their, waitedFor }) => {
      const ending = { ...request, waitedFor: waitedFor.our, run, finalFailure: () => 'final' }
      await transact(scene, our, ending).catch(() => {})
      await attempt(scene, their, { ...request, waitedFor: waitedFor.their }, 'final')
      expect(await shown(scene, our), name).toEqual(await shown(scene, their))
    })
    await all(ends)
  },

  async 'a failure is followed, and is no answer to who waited for an attempt after it'(scene) {
    const { store, key } = scene
    const [our, their] = [`${key}:our`, `${key}:their`]
    const fences: number[] = []
    for (const name of [our, their]) {
      const claim = claimOf(name)
      const outcome = await store.claim(claim)
      fences.push(outcome.type === 'acquired' ? outcome.fence : 0)
      ok(await store.fail({ ...completionOf(claim), kind: 'retryable', failure: 'declined' }))
    }
    const [ourFence = 0, theirFence = 0] = fences
    // The attempt that was waited for was released.
    const outcome = await transact(scene, our, { fingerprint: 'one', waitedFor: ourFence + 1 })
    const expected = await attempt(scene, their, { fingerprint: 'one', waitedFor: theirFence + 1 })
    expect(inShort(outcome)).toEqual(expected)
    expect(await shown(scene, our)).toEqual(await shown(scene, their))
    expect(await store.get(our)).toMatchObject({ attempt: 2, fingerprint: 'one' })
  },

  async 'an attempt that was made and failed meanwhile is counted'(scene) {
    const { store, key } = scene
    const failed = async () => {
      const claim = claimOf(key)
      equal((await store.claim(claim)).type, 'acquired')
      ok(await store.fail({ ...completionOf(claim), kind: 'retryable', failure: 'declined' }))
    }
    await failed()
    let runs = 0
    const run = async () => {
      if (++runs === 1) await failed()
      return {}
    }
    expect(await transact(scene, key, { run })).toMatchObject({ type: 'committed', attempt: 3 })
    equal(runs, 2)
  },

  async 'whoever holds the key is not waited for, and is alone'({ ...scene }) {
    const { store, key } = scene
    const failed = claimOf(`${key}:failed`)
    await store.claim(failed)
    ok(await store.fail({ ...completionOf(failed), kind: 'retryable', failure: 'declined' }))
    for (const name of [key, failed.key]) {
      let runs = 0
      const run = async () => {
        runs++
        if (runs === 1) {
          const late = new Promise((_, reject) => {
            setTimeout(() => reject(new Error('it waits')), 4000).unref()
          })
          expect(await Promise.race([transact(scene, name, { run }), late])).toEqual({ type: 'busy' })
        }
        return {}
      }
      expect(await transact(scene, name, { run })).toMatchObject({ type: 'committed' })
      equal(runs, 1)
    }
  },

  async 'who asks for an answer keeps no other from it'(scene) {
    const { key } = scene
    expect(await transact(scene, key)).toMatchObject({ type: 'committed' })
    await inTransaction(scene, 'BEGIN', async (tx) => {
      const answer = await transact(scene, key, { tx })
      expect(answer).toMatchObject({ type: 'settled', value: 'value' })
      expect(inShort(await transact(scene, key))).toEqual(inShort(answer))
    })
  },

  async 'a claim that others make meanwhile is respected'(scene) {
    const { store, key } = scene
    for (const ends of ['committed', 'declined']) {
      for (const story of ['none', 'past its keeping', 'failed, to be tried again', 'abandoned', 'lapsed']) {
        const name = `${key}:${ends}:${story}`
        await tell(scene, [name])
        let runs = 0
        const run = async () => {
          if (++runs === 1) equal((await store.claim(claimOf(name, { owner: 'winner' }))).type, 'acquired')
          if (ends === 'declined') throw new Error(ends)
          return {}
        }
        const outcome = await transact(scene, name, { run, finalFailure: () => 'final' }).catch(String)
        expect(outcome, name).toEqual(
          ends === 'declined' ? 'Error: declined' : expect.objectContaining({ type: 'busy' }),
        )
        expect(await store.get(name), name).toMatchObject({ state: 'running', owner: 'winner' })
        equal(runs, 1)
      }
    }
  },

  async 'what becomes of the attempt before it meanwhile is respected'(scene) {
    const { store, key } = scene
    const changes: Record<string, (name: string) => Promise<unknown>> = {
      lapsed: (name) => store.extend({ key: name, owner: 'another', leaseMs: HOUR_MS, keepMs: HOUR_MS }),
      abandoned: (name) =>
        store.resolve({ key: name, owner: 'operator', value: 'found', retentionMs: HOUR_MS, tombstoneMs: 0 }),
    }
    for (const [story, change] of Object.entries(changes)) {
      const name = `${key}:${story}`
      await tell(scene, [name])
      let runs = 0
      const run = async () => {
        if (++runs === 1) ok(await change(name))
        return {}
      }
      const outcome = await transact(scene, name, { run })
      expect(outcome, story).toMatchObject(
        story === 'lapsed' ? { type: 'busy', attempt: 1 } : { type: 'settled', value: 'found' },
      )
      equal(runs, 1)
    }
  },

  async 'a body that ends the transaction is found out'(scene) {
    for (const end of ['COMMIT', 'ROLLBACK', 'COMMIT; BEGIN']) {
      const name = `${scene.key}:${end}`
      const run = async ({ tx }: { tx: PoolClient }) => {
        await tx.query(end)
        return {}
      }
      await expect(transact(scene, name, { run }), end).rejects.toMatchObject({
        code: 'STORE',
        cause: { code: '2D000' },
      })
      equal(await scene.store.get(name), undefined)
    }
  },

  async 'who watches is told of a transaction, and nobody else'(scene) {
    const { store, key } = scene
    for (const failing of [false, true]) {
      const [unseen, seen, late] = ['unseen', 'seen', 'late'].map((name) => `${key}:${failing}:${name}`) as [
        string,
        string,
        string,
      ]
      const request = {
        run: () => (failing ? Promise.reject(new Error('declined')) : Promise.resolve({})),
        finalFailure: () => 'final',
      }
      const leave = new AbortController()
      const keys = await told(scene, 'records', async () => {
        await transact(scene, unseen, request).catch(() => {})
        await store.watch?.(seen, () => {}, leave.signal)
        await transact(scene, seen, request).catch(() => {})
        if (failing) return
        const run = async () => {
          await store.watch?.(late, () => {}, leave.signal)
          return {}
        }
        await transact(scene, late, { run }, { isolation: 'repeatable read' })
        const tooLong = `${key}${'x'.repeat(9000)}`
        await transact(scene, tooLong, {}, { isolation: 'repeatable read' })
      })
      leave.abort()
      expect(keys).toEqual(failing ? [seen] : [seen, late])
    }
  },

  async 'a watch waits for a transaction that has settled'(scene) {
    const { store, key } = scene
    const leave = new AbortController()
    await inTransaction(scene, 'BEGIN', async (tx) => {
      await transact(scene, key, { tx })
      const placed = store.watch?.(key, () => {}, leave.signal)
      await waitsInDatabase(scene, 'records_watch')
      await tx.query('COMMIT')
      await placed
    })
    leave.abort()
  },

  async 'whether it has committed is said by its own record, and not before it has ended'(scene) {
    const { key, pool, schema, store } = scene
    const committed = async (owner: string) =>
      (await pool.query(`SELECT "${schema}".records_committed($1, $2) AS done`, [key, owner])).rows[0].done
    await inTransaction(scene, 'BEGIN', async (tx) => {
      await transact(scene, key, { tx, owner: 'own' })
      await expect(committed('own')).rejects.toMatchObject({ code: '55P03' })
      await tx.query('COMMIT')
    })
    equal(await committed('own'), true)
    equal(await committed('another'), false)
    const claim = claimOf(`${key}:running`)
    await store.claim(claim)
    const running = await pool.query(`SELECT "${schema}".records_committed($1, $2) AS done`, [
      claim.key,
      claim.owner,
    ])
    equal(running.rows[0].done, false)
  },
}
