import { deepStrictEqual, equal } from 'node:assert/strict'
import type { CaseGroup, ConformanceCase } from '../suite/conformance-case'
import { matches } from '../suite/expectations'
import { LONG, pass } from '../suite/time'
import { type Settlement, settlements } from './settlement'
import { type StoreScene, stepsOf } from './store-scene'

/** `complete` and `fail`: what holds for every way to settle. */
export const settleCases: CaseGroup<StoreScene> = {
  about: 'complete and fail',
  cases: [
    ...settlements.flatMap(casesOf),
    {
      name: 'leave the value out if asked to, which is not the same as empty',
      async run(scene) {
        await scene.complete((await scene.acquire()).owner, { value: undefined })
        matches(await scene.get(), { state: 'succeeded', value: undefined })
        matches(await scene.claim(), { type: 'settled', state: 'succeeded', value: undefined })
        const empty = scene.at(`${scene.key}:empty`)
        await empty.complete((await empty.acquire()).owner, { value: '' })
        matches(await empty.get(), { state: 'succeeded', value: '' })
        matches(await empty.claim(), { type: 'settled', state: 'succeeded', value: '' })
      },
    },
  ],
}

function casesOf(settlement: Settlement): ConformanceCase<StoreScene>[] {
  const { name, settle, shown } = settlement
  const refused = async (scene: StoreScene, owner: string): Promise<void> => {
    const before = await scene.stored()
    equal(await settle(scene, owner), false)
    deepStrictEqual(await scene.stored(), before)
  }
  return [
    {
      name: `${name}: settles for the owner, and keeps what the attempt was`,
      async run(scene) {
        const { owner, fence } = await scene.acquire({ fingerprint: 'print' })
        await scene.saveStep(owner, 'charge', '1')
        equal(await settle(scene, owner), true)
        const record = await scene.get()
        matches(record, {
          value: undefined,
          failure: undefined,
          ...shown,
          attempt: 1,
          fence,
          fingerprint: 'print',
        })
        matches(record, { leaseMs: undefined, takeover: false, owner })
        deepStrictEqual(stepsOf(record), [['charge', '1']])
      },
    },
    {
      name: `${name}: sent again, has the same answer and no further effect`,
      async run(scene) {
        const { owner } = await scene.acquire()
        await settle(scene, owner)
        const before = await scene.stored()
        await pass(scene.time)
        equal(await settle(scene, owner), true)
        deepStrictEqual(await scene.stored(), before)
      },
    },
    {
      name: `${name}: sent twice at the same moment, succeeds twice`,
      async run(scene) {
        const { owner } = await scene.acquire()
        deepStrictEqual(await Promise.all([settle(scene, owner), settle(scene, owner)]), [true, true])
        matches(await scene.get(), shown)
      },
    },
    {
      name: `${name}: is the owner's after the lease has run out, until somebody takes over`,
      async run(scene) {
        const { owner } = await scene.lapsed()
        matches(await scene.claim({ onAbandoned: 'reject' }), { type: 'abandoned' })
        equal(await settle(scene, owner), true)
        matches(await scene.get(), { ...shown, attempt: 1 })
      },
    },
    {
      name: `${name}: is refused to a stranger`,
      async run(scene) {
        await scene.acquire({ owner: 'Owner' })
        await refused(scene, scene.token())
        await refused(scene, 'owner')
      },
    },
    {
      name: `${name}: is refused to a stranger though the lease has run out`,
      async run(scene) {
        await scene.lapsed()
        await refused(scene, scene.token())
      },
    },
    {
      name: `${name}: is refused where there is no record, and makes none`,
      async run(scene) {
        await refused(scene, scene.token())
        equal(await scene.get(), undefined)
      },
    },
    {
      name: `${name}: is refused to the late owner while another attempt runs, and once that has settled`,
      async run(scene) {
        const late = await scene.lapsed()
        const { owner } = await scene.acquire()
        await refused(scene, late.owner)
        await scene.complete(owner, { value: 'the answer' })
        await refused(scene, late.owner)
        matches(await scene.get(), { state: 'succeeded', value: 'the answer', attempt: 2 })
      },
    },
    {
      name: `${name}: is refused to the late owner once the next attempt has failed`,
      async run(scene) {
        const late = await scene.lapsed()
        await scene.fail((await scene.acquire()).owner, 'retryable')
        await refused(scene, late.owner)
      },
    },
    {
      name: `${name}: is refused to the late owner after a resolution`,
      async run(scene) {
        const { owner } = await scene.lapsed()
        await scene.resolve({ value: 'by hand' })
        await refused(scene, owner)
        matches(await scene.get(), { state: 'succeeded', value: 'by hand' })
      },
    },
    {
      name: `${name}: is refused to the owner of a deleted record`,
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.delete()
        await refused(scene, owner)
        const fresh = await scene.acquire()
        await refused(scene, owner)
        equal(await scene.extend(fresh.owner), true)
      },
    },
    ...settlements
      .filter((other) => other !== settlement)
      .map((other) => ({
        name: `${name}: is refused after the owner has settled with \`${other.name}\``,
        async run(scene: StoreScene) {
          const { owner } = await scene.acquire()
          await other.settle(scene, owner, { retentionMs: LONG })
          await refused(scene, owner)
          matches(await scene.get(), other.shown)
        },
      })),
  ]
}
