import { deepStrictEqual, equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { between, matches } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import { settlements } from './settlement'
import { type Attempt, leavesAlone, type StoreScene, stepsOf } from './store-scene'

const FOREVER = Number.POSITIVE_INFINITY

/** An attempt that never began leaves the key as it was. */
export const releaseCases: CaseGroup<StoreScene> = {
  about: 'release',
  cases: [
    {
      name: 'removes the record of a first attempt, so that the key is new again',
      async run(scene) {
        const { owner } = await scene.acquire({ fingerprint: 'one' })
        await scene.saveStep(owner, 'charge', '1')
        equal(await scene.release(owner), true)
        equal(await scene.get(), undefined)
        const fresh = await scene.acquire({ fingerprint: 'other', maxAttempts: 1, onAbandoned: 'reject' })
        matches(fresh, { attempt: 1, takeover: false })
        equal(stepsOf(fresh).length, 0)
      },
    },
    {
      name: 'removes the record of a first attempt also when its lease has run out, and with it the abandonment',
      async run(scene) {
        equal(await scene.release((await scene.lapsed()).owner), true)
        equal(await scene.get(), undefined)
        matches(await scene.acquire({ onAbandoned: 'reject' }), { attempt: 1, takeover: false })
      },
    },
    ...[
      { name: 'while its lease lasts', again: (scene: StoreScene) => scene.acquire() },
      { name: 'when its lease has run out', again: (scene: StoreScene) => scene.lapsed() },
    ].map(({ name, again }) => ({
      name: `makes a second attempt the retryable failure again that it followed, ${name}`,
      async run(scene: StoreScene) {
        await scene.fail((await scene.acquire()).owner, 'retryable', { failure: 'no funds' })
        const { owner, fence } = await again(scene)
        equal(await scene.release(owner), true)
        const before = { state: 'failed', attempt: 1, failure: 'no funds', retryable: true }
        matches(await scene.get(), { ...before, owner, fence: fence - 1, takeover: false, value: undefined })
        matches(await scene.claim({ maxAttempts: 1 }), { type: 'settled', ...before })
        matches(await scene.acquire({ onAbandoned: 'reject' }), { attempt: 2, takeover: false })
      },
    })),
    {
      name: 'makes a takeover the reported abandonment again that it followed, with its failure',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'abandoned', { failure: 'cut off' })
        const { owner, fence } = await scene.acquire()
        equal(await scene.release(owner), true)
        await isAbandonedAgain(scene, { owner, fence }, 'cut off')
      },
    },
    {
      name: 'makes a takeover an abandonment again, without a failure, if the attempt before had lapsed',
      async run(scene) {
        await scene.lapsed()
        const { owner, fence } = await scene.acquire()
        equal(await scene.release(owner), true)
        await isAbandonedAgain(scene, { owner, fence }, undefined)
      },
    },
    {
      name: 'takes no failure for that of a lapsed attempt which an earlier one had',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        await scene.lapsed()
        await scene.release((await scene.acquire()).owner)
        matches(await scene.get(), { state: 'abandoned', attempt: 2, failure: undefined })
      },
    },
    {
      name: 'does not say of the attempt before whether it was a takeover',
      async run(scene) {
        await scene.lapsed()
        await scene.lapsed()
        await scene.release((await scene.acquire()).owner)
        matches(await scene.get(), { state: 'abandoned', attempt: 2, takeover: false })
      },
    },
    {
      name: 'counts no attempt, however often the key is claimed and released, and keeps the failure',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable', { failure: 'no funds' })
        for (let time = 0; time < 3; time++) {
          const { owner, attempt } = await scene.acquire({ maxAttempts: 2 })
          equal(attempt, 2)
          await scene.release(owner)
        }
        matches(await scene.get(), { state: 'failed', attempt: 1, failure: 'no funds' })
      },
    },
    {
      name: 'brings the failure back also after renewals, steps and a claim sent again',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable', { failure: 'no funds' })
        const { owner } = await scene.acquire()
        await scene.extend(owner)
        await scene.saveStep(owner, 'charge', '1')
        await scene.acquire({ owner })
        await scene.release(owner)
        matches(await scene.get(), { state: 'failed', failure: 'no funds' })
      },
    },
    {
      name: 'shares the failure with who waited for the attempt before, and with nobody who waited for the released one',
      async run(scene) {
        const first = await scene.acquire()
        await scene.fail(first.owner, 'retryable', { failure: 'no funds' })
        const second = await scene.acquire()
        await scene.release(second.owner)
        const shared = { type: 'settled', attempt: 1, failure: 'no funds', retryable: true }
        matches(await scene.claim({ waitedFor: first.fence }), shared)
        matches(await scene.acquire({ waitedFor: second.fence }), { attempt: 2 })
      },
    },
    {
      name: 'gives the key to who waited for a first attempt that was released',
      async run(scene) {
        const { owner, fence } = await scene.acquire()
        await scene.release(owner)
        matches(await scene.acquire({ waitedFor: fence }), { attempt: 1, takeover: false })
      },
    },
    {
      name: 'has fences grow from the attempt before to the one after',
      async run(scene) {
        const first = await scene.acquire()
        await scene.fail(first.owner, 'retryable')
        await scene.release((await scene.acquire()).owner)
        between(first.fence, (await scene.get())?.fence, 2 ** 53 - 1, 'fence')
        between(first.fence + 1, (await scene.acquire()).fence, 2 ** 53 - 1, 'fence')
      },
    },
    {
      name: 'has a late claim of the released attempt answered as for its own: with the failure',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable', { failure: 'no funds' })
        const { owner } = await scene.acquire()
        await scene.release(owner)
        matches(await scene.claim({ owner }), { type: 'settled', attempt: 1, failure: 'no funds' })
      },
    },
    {
      name: 'has a late claim of the released takeover answered as for its own: with the abandonment',
      async run(scene) {
        await scene.lapsed()
        const { owner } = await scene.acquire()
        await scene.release(owner)
        for (const onAbandoned of ['takeover', 'reconcile'] as const)
          matches(await scene.claim({ owner, onAbandoned }), { type: 'abandoned', attempt: 1 }, onAbandoned)
      },
    },
    {
      name: 'keeps the owner of the attempt before shut out',
      async run(scene) {
        const late = await scene.lapsed()
        await scene.release((await scene.acquire()).owner)
        await leavesAlone(scene, async () => {
          equal(await scene.complete(late.owner), false)
          equal(await scene.extend(late.owner), false)
          equal(await scene.release(late.owner), false)
        })
      },
    },
    {
      name: 'keeps the record as long as the released claim asked',
      async run(scene) {
        for (const keepMs of [3 * LONG, FOREVER]) {
          await scene.fail((await scene.acquire()).owner, 'retryable', { retentionMs: LONG })
          const { owner } = await scene.acquire({ keepMs })
          const { expiresAt } = (await scene.get()) ?? {}
          await scene.release(owner)
          matches(await scene.get(), { state: 'failed', expiresAt })
        }
      },
    },
    {
      name: 'keeps the record no longer than the released claim asked, and leaves no tombstone',
      async run(scene) {
        await scene.fail((await scene.acquire({ fingerprint: 'one' })).owner, 'retryable')
        await scene.release((await scene.acquire({ leaseMs: BRIEF, keepMs: BRIEF })).owner)
        await pass(scene.time)
        equal(await scene.get(), undefined)
        matches(await scene.acquire({ fingerprint: 'other' }), { attempt: 1, takeover: false })
      },
    },
    {
      name: 'leaves steps, fingerprint and `createdAt`, and moves `updatedAt`',
      async run(scene) {
        const first = await scene.acquire()
        await scene.saveStep(first.owner, 'charge', '1')
        await scene.fail(first.owner, 'retryable')
        await pass(scene.time)
        const second = await scene.acquire({ fingerprint: 'print' })
        await scene.saveStep(second.owner, 'ship', '2')
        const { createdAt, updatedAt = Number.NaN } = (await scene.get()) ?? {}
        await pass(scene.time)
        await scene.release(second.owner)
        const record = await scene.get()
        matches(record, { createdAt, fingerprint: 'print', leaseUntil: undefined, leaseMs: undefined })
        deepStrictEqual(stepsOf(record), SAVED)
        between(updatedAt + BRIEF, record?.updatedAt, updatedAt + LONG, 'updatedAt')
        deepStrictEqual(stepsOf(await scene.acquire()), SAVED)
      },
    },
    {
      name: 'takes nothing more from the released owner',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        const { owner } = await scene.acquire()
        await scene.release(owner)
        await leavesAlone(scene, async () => {
          equal(await scene.extend(owner), false)
          equal(await scene.saveStep(owner, 'charge', '1'), false)
          equal(await scene.complete(owner), false)
          equal(await scene.fail(owner, 'final'), false)
        })
      },
    },
    {
      name: 'answers `false` when it is sent again, and has no further effect',
      async run(scene) {
        const first = await scene.acquire()
        equal(await scene.release(first.owner), true)
        equal(await scene.release(first.owner), false)
        await scene.fail((await scene.acquire()).owner, 'retryable')
        await scene.fail((await scene.acquire()).owner, 'retryable')
        const { owner } = await scene.acquire()
        equal(await scene.release(owner), true)
        await leavesAlone(scene, async () => equal(await scene.release(owner), false))
        matches(await scene.get(), { state: 'failed', attempt: 2 })
      },
    },
    {
      name: 'answers `false` where there is no record, or it is past its keeping',
      async run(scene) {
        equal(await scene.release(scene.token()), false)
        const { owner } = await scene.acquire({ leaseMs: BRIEF, keepMs: BRIEF })
        await pass(scene.time)
        equal(await scene.release(owner), false)
        equal(await scene.get(), undefined)
      },
    },
    {
      name: 'answers `false` to a stranger and to a late owner, and writes nothing',
      async run(scene) {
        const late = await scene.lapsed()
        await leavesAlone(scene, async () => equal(await scene.release(scene.token()), false))
        await scene.acquire()
        await leavesAlone(scene, async () => equal(await scene.release(late.owner), false))
      },
    },
    ...settlements.map(({ name, settle }) => ({
      name: `answers \`false\` after \`${name}\`, and writes nothing`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire()
        await settle(scene, owner)
        await leavesAlone(scene, async () => equal(await scene.release(owner), false))
      },
    })),
  ],
}

const SAVED = [
  ['charge', '1'],
  ['ship', '2'],
]

/** After the release of attempt 2, which was a takeover. */
async function isAbandonedAgain(
  scene: StoreScene,
  { owner, fence }: Pick<Attempt, 'owner' | 'fence'>,
  failure: string | undefined,
): Promise<void> {
  const before = { attempt: 1, failure }
  const shown = { state: 'abandoned', retryable: false, takeover: false, value: undefined }
  matches(await scene.get(), { ...before, ...shown, owner, fence: fence - 1 })
  matches(await scene.claim({ onAbandoned: 'reject' }), { type: 'abandoned', ...before })
  matches(await scene.claim({ maxAttempts: 1 }), { type: 'abandoned', ...before })
  matches(await scene.acquire(), { attempt: 2, takeover: true })
}
