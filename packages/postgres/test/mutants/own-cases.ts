import { equal, fail, ok } from 'node:assert/strict'
import type { Claim, ClaimOutcome, Store } from '@idem/core'
import type { PoolClient } from 'pg'
import { expect } from 'vitest'
import { claimOf, completionOf } from '../claims'
import type { Scene } from './broken-place'
import { besideOpen, inTransaction, told, waitsInDatabase } from './looking-on'
import { stories } from './stories'
import { COARSE_MS, plain, policies, shown, tell } from './told-stories'

const HOUR_MS = 3_600_000

/** Calls of one kind that go out as one statement: the first keeps the lanes, so that the others meet. */
async function together<T>(
  calls: readonly (() => Promise<T>)[],
  ahead: () => Promise<unknown>,
): Promise<T[]> {
  const [, ...replies] = await Promise.all([ahead(), ...calls.map((call) => call())])
  return replies as T[]
}

const claimTogether = ({ store }: { store: Store }, claims: readonly Claim[]): Promise<ClaimOutcome[]> =>
  together(
    claims.map((claim) => () => store.claim(claim)),
    () => store.claim(claimOf(crypto.randomUUID())),
  )

/** What PostgreSQL adds to the contract: several keys a statement. */
export const batchCases: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async 'claims in a batch are answered as they are alone'(scene) {
    for (const [i, policy] of policies.entries()) {
      const names = Object.keys(stories)
      const keysOf = (how: string) => names.map((name) => `${scene.key}:${how}:${i}:${name}`)
      const [alone, batch] = [keysOf('alone'), keysOf('batch')]
      const waited = await tell(scene, [...alone, ...batch])
      const claims = (keys: string[]) =>
        keys.map((key) => claimOf(key, { ...policy, owner: `${key}:owner`, waitedFor: waited.get(key) }))
      const expected: ClaimOutcome[] = []
      for (const claim of claims(alone)) expected.push(await scene.store.claim(claim))
      const outcomes = await claimTogether(scene, claims(batch))
      for (const [nth, outcome] of outcomes.entries()) {
        expect(plain(outcome), names[nth]).toEqual(plain(expected[nth]))
      }
      for (const [nth, key] of batch.entries()) {
        expect(await shown(scene, key), names[nth]).toEqual(await shown(scene, alone[nth] as string))
        const outcome = outcomes[nth]
        if (outcome?.type === 'acquired') equal((await scene.store.get(key))?.fence, outcome.fence)
      }
    }
  },

  async 'completions in a batch are answered as they are alone'(scene) {
    const names = Object.keys(stories)
    for (const tombstoneMs of [0, HOUR_MS]) {
      const keysOf = (how: string) => names.map((name) => `${scene.key}:${how}:${tombstoneMs}:${name}`)
      const [alone, batch] = [keysOf('alone'), keysOf('batch')]
      await tell(scene, [...alone, ...batch])
      await scene.advance(2 * COARSE_MS)
      for (const owner of ['owner', 'stranger']) {
        const completions = (keys: string[]) =>
          keys.map((key, nth) =>
            completionOf(claimOf(key, { owner: `${key}:${owner}` }), {
              value: nth % 2 === 0 ? undefined : 'late',
              ...{ retentionMs: 2 * HOUR_MS, tombstoneMs },
            }),
          )
        const expected: boolean[] = []
        for (const completion of completions(alone)) expected.push(await scene.store.complete(completion))
        const replies = await together(
          completions(batch).map((completion) => () => scene.store.complete(completion)),
          () => scene.store.complete(completionOf(claimOf('none'))),
        )
        expect(replies).toEqual(expected)
        for (const [nth, key] of batch.entries()) {
          expect(await shown(scene, key), names[nth]).toEqual(await shown(scene, alone[nth] as string))
        }
      }
      await scene.advance(2 * HOUR_MS)
      for (const key of [...alone, ...batch]) {
        const { type } = await scene.store.claim(claimOf(key))
        if (key.endsWith('running')) equal(type, tombstoneMs > 0 ? 'expired' : 'acquired')
      }
    }
  },

  async 'whoever is quicker with some keys of a batch has those, and no others'(scene) {
    const { store, key } = scene
    const [known, quick, twin, late] = ['known', 'quick', 'twin', 'late'].map((name) =>
      claimOf(`${key}:${name}`),
    )
    for (const others of [[], [known as Claim]]) {
      const own = (claim: Claim | undefined) => ({
        ...(claim as Claim),
        key: `${claim?.key}:${others.length}`,
      })
      for (const claim of others) await store.claim({ ...claim, owner: 'before' })
      const outcomes = await besideOpen(scene, [own(twin), claimOf(own(quick).key)], () =>
        claimTogether(scene, [...others, own(late), own(quick), own(twin)]),
      )
      const types = outcomes.map(({ type }) => type)
      expect(types).toEqual([...others.map(() => 'running'), 'acquired', 'running', 'acquired'])
      for (const [nth, claim] of [own(late), own(quick), own(twin)].entries()) {
        const outcome = outcomes[nth + others.length] as { fence: number }
        equal((await store.get(claim.key))?.fence, outcome.fence, claim.key)
      }
    }
  },

  async 'a batch that loses a key to who was quicker asks again for that one alone'(scene) {
    const { key, pool, schema, store } = scene
    const keys = ['fresh', 'known', 'lost', 'running'].map((name) => `${key}:${name}`)
    const [, known, lost, running] = keys as [string, string, string, string]
    await stories['succeeded']?.(scene, known)
    await store.claim(claimOf(running))
    const owners = keys.map(() => crypto.randomUUID())
    const text = `SELECT "${schema}".records_claim_all($1, $2, $3, 60000, 60000, NULL, 'takeover', $4) AS reply`
    const none = keys.map(() => '\u0002').join('\u0001')
    const { rows } = await besideOpen(scene, [claimOf(lost)], () =>
      pool.query<{ reply: string }>(text, [keys.join('\u0001'), owners.join('\u0001'), none, none]),
    )
    const [answers = [], ...others] = rows.map(({ reply }) => reply.split('\u0001'))
    expect([answers.slice(0, 3), answers.length]).toEqual([['answers', known, 'succeeded'], 7])
    expect(others.map(([nth, outcome]) => (nth === '0' ? nth : [nth, outcome])).sort()).toEqual([
      '0',
      ['3', 'running'],
      ['4', 'running'],
    ])
  },

  async 'a first claim is granted beside answers, with and without a value'(scene) {
    const { store, key } = scene
    const [empty, known, fresh] = ['empty', 'known', 'fresh'].map((name) => claimOf(`${key}:${name}`)) as [
      Claim,
      Claim,
      Claim,
    ]
    await store.claim(empty)
    ok(await store.complete({ ...completionOf(empty), value: undefined }))
    await stories['succeeded']?.(scene, known.key)
    const outcomes = await claimTogether(
      scene,
      [empty, known, fresh].map((claim) => claimOf(claim.key)),
    )
    const { fence } = (await store.get(fresh.key)) ?? {}
    expect(outcomes).toMatchObject([
      { type: 'settled', value: undefined },
      { type: 'settled', value: 'value' },
      { type: 'acquired', attempt: 1, fence },
    ])
  },

  async 'a replay works where nothing can be written, alone and in a batch'(scene) {
    const keys = ['one', 'two', 'three'].map((name) => `${scene.key}:${name}`)
    for (const key of keys) await stories['succeeded']?.(scene, key)
    await inTransaction(scene, 'BEGIN READ ONLY', async (connection) => {
      const reader = scene.on(connection)
      const outcomes = await together(
        keys.map((key) => () => reader.claim(claimOf(key))),
        () => reader.claim(claimOf(keys[0] as string)),
      )
      expect(outcomes).toMatchObject(keys.map(() => ({ type: 'settled', value: 'value' })))
    })
  },
}

/** Rows that somebody has locked, notices, clocks that jump, sweeping. */
export const ownCases: typeof batchCases = {
  async 'whoever comes while another is first waits for that, and then sees it'(scene) {
    const late = () => scene.store.claim(claimOf(scene.key))
    expect(await besideOpen(scene, [claimOf(scene.key)], late)).toMatchObject({ type: 'running', attempt: 1 })
  },

  async 'what was seen before a lock is forgotten behind it'({ ...scene }) {
    const { store, key } = scene
    await stories['taken over']?.(scene, key)
    await scene.advance(COARSE_MS)
    const failing = `SELECT "${scene.schema}".records_fail($1, $2, NULL, 'failed', true, 'late', 60000, 0)`
    const outcome = await inTransaction(scene, 'BEGIN', async (late) => {
      await late.query(failing, [key, `${key}:owner`])
      const claim = store.claim(claimOf(key))
      await waitsInDatabase(scene, 'records_claim')
      await late.query('COMMIT')
      return claim
    })
    expect(outcome).toMatchObject({ type: 'acquired', attempt: 3, takeover: false })
  },

  async 'a fence tells when it was given, and does not fall with the clock'({ store, key, advance, now }) {
    const first = claimOf(key)
    const near = async (fence: number) => ok(Math.abs(fence / 1000 - (await now())) < 60_000, `${fence}`)
    const acquired = async (claim: Claim) => {
      const outcome = await store.claim(claim)
      return outcome.type === 'acquired' ? outcome.fence : expect.fail(outcome.type)
    }
    const failed = (claim: Claim) => store.fail({ ...completionOf(claim), kind: 'retryable', failure: 'f' })
    const fence = await acquired(first)
    await near(fence)
    await failed(first)
    await advance(5 * HOUR_MS)
    const again = claimOf(key, { keepMs: 10 * HOUR_MS })
    const later = await acquired(again)
    await near(later)
    await advance(-5 * HOUR_MS)
    await failed(again)
    equal(await acquired(claimOf(key)), later + 1)
    await store.delete(key)
    equal(await acquired(claimOf(key)), later + 2)
    await advance(5 * HOUR_MS)
  },

  async 'a step of who was taken over meanwhile is not saved'(scene) {
    const { store, key } = scene
    await stories['lapsed']?.(scene, key)
    await scene.advance(COARSE_MS)
    const [late, next] = [{ key, owner: 'another', name: 'step', value: 'late' }, claimOf(key)]
    const saved = await inTransaction(scene, 'BEGIN', async (open) => {
      equal((await scene.on(open).claim(next)).type, 'acquired')
      const saving = store.saveStep(late)
      await waitsInDatabase(scene, 'records_save_step')
      await open.query('COMMIT')
      return saving
    })
    equal(saved, false)
    expect(await store.get(key)).toMatchObject({ owner: next.owner, steps: [] })
  },

  async 'of what is deleted nothing is left but its fence'({ store, key, pool, schema }) {
    const claim = claimOf(key, { fingerprint: 'secret' })
    await store.claim(claim)
    await store.saveStep({ ...claim, name: 'secret', value: 'secret' })
    await store.fail({ ...completionOf(claim), kind: 'retryable', failure: 'secret' })
    const again = claimOf(key, { fingerprint: 'secret' })
    await store.claim(again)
    await store.complete(completionOf(again, { value: 'secret' }))
    ok(await store.delete(key))
    const { rows } = await pool.query(`SELECT r::text AS row FROM "${schema}".records AS r WHERE key = $1`, [
      key,
    ])
    equal(rows.length, 1)
    ok(!rows[0].row.includes('secret'), rows[0].row)
  },

  async 'who watches is told, and nobody else'(scene) {
    const { store, key } = scene
    const calls: Record<string, (name: string, owner: string) => Promise<unknown>> = {
      complete: (name, owner) => store.complete(completionOf(claimOf(name, { owner }))),
      fail: (name, owner) =>
        store.fail({ ...completionOf(claimOf(name, { owner })), kind: 'final', failure: '' }),
      release: (name, owner) => store.release({ key: name, owner }),
      resolve: async (name) => {
        await scene.advance(HOUR_MS / 2)
        ok(
          await store.resolve({
            key: name,
            owner: 'operator',
            value: 'v',
            retentionMs: 1000,
            tombstoneMs: 0,
          }),
        )
      },
      delete: (name) => store.delete(name),
      batch: (name, owner) =>
        together(
          [name, `${name}:beside`].map(
            (each) => () => store.complete(completionOf(claimOf(each, { owner }))),
          ),
          () => store.complete(completionOf(claimOf('none'))),
        ),
    }
    for (const [call, settle] of Object.entries(calls)) {
      const [unseen, seen] = [`${key}:${call}:unseen`, `${key}:${call}:seen`]
      const owner = crypto.randomUUID()
      for (const name of [unseen, seen, `${unseen}:beside`, `${seen}:beside`]) {
        await store.claim(claimOf(name, { owner, keepMs: 2 * HOUR_MS }))
      }
      const keys = await told(scene, 'records', async () => {
        await settle(unseen, owner)
        const leave = new AbortController()
        await store.watch?.(seen, () => {}, leave.signal)
        await store.watch?.('another', () => {}, leave.signal)
        await settle(seen, owner)
        leave.abort()
      })
      expect(keys, call).toEqual([seen])
    }
  },

  async 'a watch waits for whoever settles at that moment'(scene) {
    const { store, key } = scene
    const claim = claimOf(key)
    await store.claim(claim)
    await inTransaction(scene, 'BEGIN', async (settling) => {
      await settling.query(`SELECT "${scene.schema}".records_complete($1, $2, NULL, 'v', 60000, 0)`, [
        key,
        claim.owner,
      ])
      const leave = new AbortController()
      let isPlaced = false
      const watch = store
        .watch?.(key, () => {}, leave.signal)
        .then(() => {
          isPlaced = true
        })
      await waitsInDatabase(scene, 'records_watch')
      ok(!isPlaced)
      await settling.query('COMMIT')
      await watch
      leave.abort()
    })
  },

  async 'a watch ends alone, and leaves nothing'(scene) {
    const { store, key, pool, schema } = scene
    const watchers = `INSERT INTO "${schema}".records_watched (key, watcher) VALUES ($1, 'elsewhere')`
    await pool.query(watchers, [key])
    const leave = new AbortController()
    await store.watch?.(key, () => {}, leave.signal)
    const left = async () =>
      (await pool.query(`SELECT FROM "${schema}".records_watched WHERE key = $1`, [key])).rowCount
    equal(await left(), 2)
    leave.abort()
    await expect.poll(left, { timeout: 2000 }).toBe(1)
  },

  async 'a sweep removes what is past its keeping, batch by batch, and waits for nobody'(scene) {
    const { store, key, pool, schema } = scene
    await pool.query(`DELETE FROM "${schema}".records`)
    const settled = async (name: string, retentionMs: number, tombstoneMs = 0) => {
      const claim = claimOf(`${key}:${name}`)
      await store.claim(claim)
      await store.complete(completionOf(claim, { retentionMs, tombstoneMs }))
      return claim.key
    }
    for (let i = 0; i < 5; i++) await settled(`old ${i}`, 1000)
    const kept = [await settled('kept', 10 * HOUR_MS), await settled('tombstone', 1000, 10 * HOUR_MS)]
    await scene.advance(HOUR_MS)
    await store.delete(await settled('deleted just now', HOUR_MS))
    // However long the machine takes, that was just now.
    await scene.advance(-COARSE_MS)
    const watchers = `INSERT INTO "${schema}".records_watched VALUES ('old', 'w', $1), ('new', 'w', $2)`
    await pool.query(watchers, [new Date(Date.now() - 8 * 24 * HOUR_MS), new Date()])
    await inTransaction(scene, 'BEGIN', async (holder) => {
      await holder.query(`SELECT FROM "${schema}".records WHERE key = $1 FOR UPDATE`, [`${key}:old 0`])
      const batches: number[] = []
      const counting = async (text: string, values: unknown[] = []) => {
        const result = await pool.query(text, values)
        if (values.length === 3) batches.push(result.rows.length)
        return result
      }
      const swept = scene.on({ query: counting } as unknown as PoolClient).sweep({ batchSize: 2 })
      const stuck = waitsInDatabase(scene, 'DELETE').then(() => fail('it waits'))
      stuck.catch(() => {})
      equal(await Promise.race([swept, stuck]), 4)
      expect(batches).toEqual([2, 2, 0])
    })
    equal(await store.sweep(), 1)
    const rows = `SELECT key FROM "${schema}".records WHERE key LIKE $1 ORDER BY key`
    const left = await pool.query<{ key: string }>(rows, [`${key}:%`])
    expect(left.rows.map((row) => row.key)).toEqual([`${key}:deleted just now`, ...kept])
    await scene.advance(2 * COARSE_MS)
    equal(await store.sweep(), 1)
    const watched = await pool.query(`SELECT key FROM "${schema}".records_watched WHERE watcher = 'w'`)
    expect(watched.rows).toEqual([{ key: 'new' }])
  },
}

/** Cases that take a second: a claim gives up waiting after that. */
export const slowCases: typeof ownCases = {
  async 'who holds a record in an open transaction keeps nobody waiting for long'(scene) {
    const held = claimOf(`${scene.key}:held`)
    const later = claimOf(`${scene.key}:failed, to be tried again`)
    await stories['failed, to be tried again']?.(scene, later.key)
    const [fresh, also] = [claimOf(`${scene.key}:fresh`), claimOf(`${scene.key}:also`)]
    const outcomes = await inTransaction(scene, 'BEGIN', async (holder) => {
      await scene.on(holder).claim(held)
      await scene.on(holder).claim(later)
      const claims = [held, fresh].map((claim) => ({ ...claim, owner: crypto.randomUUID() }))
      const batch = claimTogether(scene, claims)
      const alone = scene.store.claim({ ...held, owner: crypto.randomUUID() })
      const limit = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error('they wait')), 4000).unref()
      })
      const again = scene.store.claim({ ...later, owner: crypto.randomUUID() })
      return Promise.race([Promise.all([batch, alone, scene.store.claim(also), again]), limit])
    })
    expect(outcomes).toMatchObject([
      [{ type: 'running' }, { type: 'acquired' }],
      { type: 'running' },
      { type: 'acquired' },
      { type: 'running' },
    ])
  },
}
