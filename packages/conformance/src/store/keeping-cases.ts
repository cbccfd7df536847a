import { equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { between, matches, mostOf } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import {
  abandonment,
  completion,
  finalFailure,
  finalSettlements,
  retryableFailure,
  settlements,
} from './settlement'
import { type StoreScene, stepsOf } from './store-scene'

const FOREVER = Number.POSITIVE_INFINITY
const DAYS = 86_400_000

/** How long records, answers and tombstones last. */
export const keepingCases: CaseGroup<StoreScene> = {
  about: 'keeping',
  cases: [
    {
      name: 'keeps a running record past its lease, so that its abandonment can be seen',
      async run(scene) {
        await scene.lapsed({ keepMs: LONG })
        matches(await scene.get(), { state: 'abandoned', attempt: 1 })
      },
    },
    {
      name: 'forgets a lapsed record at the end of its keeping',
      async run(scene) {
        const { owner } = await scene.acquire({ leaseMs: BRIEF, keepMs: BRIEF, fingerprint: 'one' })
        await scene.saveStep(owner, 'charge', '1')
        await pass(scene.time)
        equal(await scene.get(), undefined)
        const fresh = await scene.acquire({ fingerprint: 'other', maxAttempts: 1, onAbandoned: 'reject' })
        matches(fresh, { attempt: 1, takeover: false })
        equal(stepsOf(fresh).length, 0)
      },
    },
    {
      name: 'accepts nothing from the owner of a record that is past its keeping',
      async run(scene) {
        const { owner } = await scene.acquire({ leaseMs: BRIEF, keepMs: BRIEF })
        await pass(scene.time)
        equal(await scene.extend(owner), false)
        equal(await scene.saveStep(owner, 'charge'), false)
        equal(await scene.complete(owner), false)
        equal(await scene.fail(owner, 'final'), false)
        equal(await scene.resolve(), false)
        equal(await scene.get(), undefined)
      },
    },
    {
      name: 'keeps a lapsed record without end if asked to',
      async run(scene) {
        await scene.lapsed({ keepMs: FOREVER })
        matches(await scene.get(), { state: 'abandoned', expiresAt: FOREVER })
        matches(await scene.claim({ onAbandoned: 'reject' }), { type: 'abandoned', attempt: 1 })
      },
    },
    {
      name: 'counts the keeping of the next attempt from its own claim',
      async run(scene) {
        await scene.lapsed({ keepMs: FOREVER })
        await scene.acquire({ leaseMs: BRIEF, keepMs: BRIEF })
        await pass(scene.time)
        matches(await scene.claim(), { type: 'acquired', attempt: 1 })
      },
    },
    ...finalSettlements.flatMap(({ name, settle }) => [
      {
        name: `keeps an answer without end if asked to, after \`${name}\``,
        async run(scene: StoreScene) {
          const { owner } = await scene.acquire()
          await settle(scene, owner, { retentionMs: FOREVER, tombstoneMs: FOREVER })
          await pass(scene.time)
          matches(await scene.claim(), { type: 'settled', retentionMs: FOREVER })
          matches(await scene.get(), { expiresAt: FOREVER })
        },
      },
      {
        name: `leaves a tombstone for as long as asked to, after \`${name}\``,
        async run(scene: StoreScene) {
          const { owner } = await scene.acquire()
          await settle(scene, owner, { retentionMs: BRIEF, tombstoneMs: FOREVER })
          await pass(scene.time)
          equal(await scene.get(), undefined)
          matches(await scene.claim({ onAbandoned: 'reconcile' }), { type: 'expired' })
        },
      },
      {
        name: `forgets the key at the end of the tombstone, after \`${name}\``,
        async run(scene: StoreScene) {
          const { owner } = await scene.acquire({ fingerprint: 'one' })
          await settle(scene, owner, { retentionMs: BRIEF, tombstoneMs: BRIEF })
          await pass(scene.time)
          await pass(scene.time)
          matches(await scene.acquire({ fingerprint: 'other' }), { attempt: 1, takeover: false })
        },
      },
    ]),
    ...settlements.flatMap(({ name, settle }) => [
      {
        name: `forgets the record at the end of retention, without a tombstone, after \`${name}\``,
        async run(scene: StoreScene) {
          const { owner } = await scene.acquire({ fingerprint: 'one' })
          await settle(scene, owner, { retentionMs: BRIEF, tombstoneMs: 0 })
          await pass(scene.time)
          equal(await scene.get(), undefined)
          const claim = { fingerprint: 'other', maxAttempts: 1, onAbandoned: 'reject' } as const
          matches(await scene.acquire(claim), { attempt: 1, takeover: false })
        },
      },
      {
        name: `keeps the record for its retention from \`${name}\` on, however long it was to be kept before`,
        async run(scene: StoreScene) {
          const { owner } = await scene.acquire({ keepMs: 4 * LONG })
          await settle(scene, owner, { retentionMs: 2 * LONG })
          const record = await scene.get()
          const updatedAt = record?.updatedAt ?? Number.NaN
          between(updatedAt + 1.5 * LONG, record?.expiresAt, updatedAt + 2.5 * LONG, 'expiresAt')
        },
      },
    ]),
    ...[retryableFailure, abandonment].map(({ name, settle }) => ({
      name: `leaves no tombstone after \`${name}\`: there was no final answer`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire({ fingerprint: 'one' })
        await settle(scene, owner, { retentionMs: BRIEF, tombstoneMs: LONG })
        await pass(scene.time)
        matches(await scene.acquire({ fingerprint: 'other' }), { attempt: 1, takeover: false })
      },
    })),
    {
      name: 'keeps nothing longer than asked, though the lease of the attempt would have lasted',
      async run(scene) {
        const { owner } = await scene.acquire({ leaseMs: LONG, keepMs: LONG })
        await scene.complete(owner, { retentionMs: BRIEF })
        await pass(scene.time)
        equal(await scene.get(), undefined)
      },
    },
    ...[completion, finalFailure].map(({ name, settle }) => ({
      name: `keeps records for months, and for as long as a number can say, after \`${name}\``,
      async run(scene: StoreScene) {
        for (const retentionMs of [30 * DAYS, 3650 * DAYS, Number.MAX_SAFE_INTEGER]) {
          const kept = scene.at(`${scene.key}:${retentionMs}`)
          const { owner } = await kept.acquire({ leaseMs: 30 * DAYS, keepMs: retentionMs })
          matches(await kept.get(), { state: 'running' })
          await settle(kept, owner, { retentionMs, tombstoneMs: retentionMs })
          await pass(kept.time)
          const outcome = await kept.claim()
          matches(outcome, { type: 'settled' })
          // Where no date can hold the end, never is as good.
          if (retentionMs > 3650 * DAYS || outcome.type !== 'settled') continue
          mostOf(retentionMs, outcome.retentionMs, 'retentionMs')
        }
      },
    })),
  ],
}
