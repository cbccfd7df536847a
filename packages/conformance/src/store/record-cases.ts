import { equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { between, matches } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import { finalSettlements, settlements } from './settlement'
import type { StoreScene } from './store-scene'

/** Reading and removing single records. */
export const recordCases: CaseGroup<StoreScene> = {
  about: 'get and delete',
  cases: [
    {
      name: 'get shows nothing for a key that was never claimed',
      async run(scene) {
        equal(await scene.get(), undefined)
      },
    },
    {
      name: 'get shows a running record, with its lease and nothing of an answer',
      async run(scene) {
        const { owner, fence } = await scene.acquire({ fingerprint: 'print' })
        const record = await scene.get()
        matches(record, { key: scene.key, state: 'running', retryable: false, attempt: 1, fence, owner })
        matches(record, { takeover: false, fingerprint: 'print', value: undefined, failure: undefined })
      },
    },
    {
      name: 'get shows a running record whose lease ran out as abandoned, with the end of its lease',
      async run(scene) {
        const { owner, fence } = await scene.lapsed()
        const record = await scene.get()
        matches(record, {
          state: 'abandoned',
          retryable: false,
          attempt: 1,
          fence,
          owner,
          leaseMs: undefined,
        })
        between(
          record?.createdAt ?? Number.NaN,
          record?.leaseUntil,
          (record?.createdAt ?? 0) + LONG / 2,
          'leaseUntil',
        )
      },
    },
    {
      name: 'get shows that an attempt was a takeover, also once it has settled',
      async run(scene) {
        await scene.lapsed()
        const { owner } = await scene.acquire()
        matches(await scene.get(), { state: 'running', attempt: 2, takeover: true, owner })
        await scene.complete(owner)
        matches(await scene.get(), { state: 'succeeded', attempt: 2, takeover: true })
      },
    },
    ...settlements.map(({ name, settle, shown }) => ({
      name: `get shows the record after \`${name}\``,
      async run(scene: StoreScene) {
        await settle(scene, (await scene.acquire()).owner)
        matches(await scene.get(), { key: scene.key, value: undefined, failure: undefined, ...shown })
      },
    })),
    {
      name: 'get shows when the record was made, through all attempts, and when it changed last',
      async run(scene) {
        await scene.lapsed()
        const createdAt = (await scene.get())?.createdAt ?? Number.NaN
        const { owner } = await scene.acquire()
        const claimedAt = (await scene.get())?.updatedAt ?? Number.NaN
        between(createdAt + BRIEF, claimedAt, createdAt + LONG, 'updatedAt after a claim')
        await pass(scene.time)
        await scene.complete(owner)
        const record = await scene.get()
        matches(record, { createdAt })
        between(claimedAt + BRIEF, record?.updatedAt, claimedAt + LONG, 'updatedAt after a completion')
      },
    },
    {
      name: 'get changes nothing: a lapsed attempt that was looked at can still complete',
      async run(scene) {
        const { owner } = await scene.lapsed()
        await scene.get()
        equal(await scene.complete(owner), true)
      },
    },
    {
      name: 'delete removes a running record, so that the key is new again',
      async run(scene) {
        await scene.acquire({ fingerprint: 'one' })
        equal(await scene.delete(), true)
        equal(await scene.get(), undefined)
        matches(await scene.acquire({ fingerprint: 'other', maxAttempts: 1 }), {
          attempt: 1,
          takeover: false,
        })
      },
    },
    {
      name: 'delete removes a lapsed record, and with it the abandonment',
      async run(scene) {
        await scene.lapsed()
        equal(await scene.delete(), true)
        matches(await scene.acquire({ onAbandoned: 'reject' }), { attempt: 1, takeover: false })
      },
    },
    ...settlements.map(({ name, settle }) => ({
      name: `delete removes the record after \`${name}\``,
      async run(scene: StoreScene) {
        await settle(scene, (await scene.acquire()).owner)
        equal(await scene.delete(), true)
        equal(await scene.get(), undefined)
        matches(await scene.acquire({ maxAttempts: 1 }), { attempt: 1, takeover: false })
      },
    })),
    ...finalSettlements.map(({ name, settle }) => ({
      name: `delete removes the tombstone that \`${name}\` left`,
      async run(scene: StoreScene) {
        await settle(scene, (await scene.acquire()).owner, { retentionMs: BRIEF, tombstoneMs: LONG })
        await pass(scene.time)
        equal(await scene.delete(), true)
        matches(await scene.acquire(), { attempt: 1 })
      },
    })),
    {
      name: 'delete answers `false` where there is nothing, or nothing any more',
      async run(scene) {
        equal(await scene.delete(), false)
        await scene.acquire({ leaseMs: BRIEF, keepMs: BRIEF })
        await pass(scene.time)
        equal(await scene.delete(), false)
        await scene.complete((await scene.acquire()).owner, { retentionMs: BRIEF })
        await pass(scene.time)
        equal(await scene.delete(), false)
      },
    },
    {
      name: 'delete leaves other keys alone',
      async run(scene) {
        const near = [`${scene.key}:`, `${scene.key}x`, scene.key.slice(0, -1), scene.key.toUpperCase()]
        for (const key of near) await scene.at(key).acquire()
        await scene.acquire()
        await scene.delete()
        for (const key of near) matches(await scene.at(key).get(), { key, state: 'running' })
      },
    },
  ],
}
