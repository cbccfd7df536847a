import { deepStrictEqual, equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { matches } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import { abandonment, finalSettlements, retryableFailure } from './settlement'
import type { StoreScene } from './store-scene'

/** An operator's answer to an attempt of which nobody knows how it ended. */
export const resolveCases: CaseGroup<StoreScene> = {
  about: 'resolve',
  cases: [
    {
      name: 'settles a lapsed record as succeeded',
      async run(scene) {
        const { fence } = await scene.lapsed({ fingerprint: 'print' })
        equal(await scene.resolve({ value: 'by hand' }), true)
        matches(await scene.get(), {
          state: 'succeeded',
          value: 'by hand',
          attempt: 1,
          fence,
          fingerprint: 'print',
        })
        matches(await scene.claim(), {
          type: 'settled',
          state: 'succeeded',
          value: 'by hand',
          retryable: false,
        })
      },
    },
    ...[abandonment, retryableFailure].map(({ name, settle }) => ({
      name: `settles a record as succeeded after \`${name}\`, and drops the failure`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire()
        await settle(scene, owner)
        equal(await scene.resolve({ value: 'by hand' }), true)
        matches(await scene.get(), {
          state: 'succeeded',
          retryable: false,
          value: 'by hand',
          failure: undefined,
        })
        matches(await scene.claim(), {
          type: 'settled',
          state: 'succeeded',
          value: 'by hand',
          failure: undefined,
        })
      },
    })),
    {
      name: 'leaves the value out if asked to',
      async run(scene) {
        await scene.lapsed()
        equal(await scene.resolve({ value: undefined }), true)
        matches(await scene.claim(), { type: 'settled', state: 'succeeded', value: undefined })
      },
    },
    {
      name: 'leaves the value out after a failure too, and does not take that for one',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        equal(await scene.resolve({ value: undefined }), true)
        matches(await scene.claim(), {
          type: 'settled',
          state: 'succeeded',
          value: undefined,
          failure: undefined,
        })
      },
    },
    {
      name: 'puts its own token in the place of the owner',
      async run(scene) {
        await scene.lapsed()
        const owner = scene.token()
        await scene.resolve({ owner })
        matches(await scene.get(), { owner })
      },
    },
    {
      name: 'has the same answer when it is sent again, and no further effect',
      async run(scene) {
        await scene.lapsed()
        const owner = scene.token()
        await scene.resolve({ owner })
        const before = await scene.stored()
        await pass(scene.time)
        equal(await scene.resolve({ owner }), true)
        deepStrictEqual(await scene.stored(), before)
      },
    },
    {
      name: 'keeps the answer as long as asked, and then the tombstone',
      async run(scene) {
        await scene.lapsed()
        await scene.resolve({ retentionMs: BRIEF, tombstoneMs: LONG })
        await pass(scene.time)
        equal(await scene.get(), undefined)
        matches(await scene.claim(), { type: 'expired' })
        equal(await scene.resolve(), false)
      },
    },
    {
      name: 'is refused while the lease lasts, and writes nothing',
      async run(scene) {
        const { owner } = await scene.acquire()
        const before = await scene.stored()
        equal(await scene.resolve(), false)
        equal(await scene.resolve({ owner }), false)
        deepStrictEqual(await scene.stored(), before)
        equal(await scene.complete(owner), true)
      },
    },
    {
      name: 'is refused while a lease lasts that was renewed or taken over',
      async run(scene) {
        const late = await scene.lapsed()
        await scene.extend(late.owner)
        equal(await scene.resolve(), false)
        await scene.extend(late.owner, { leaseMs: BRIEF })
        await pass(scene.time)
        await scene.acquire()
        equal(await scene.resolve(), false)
        matches(await scene.get(), { state: 'running', attempt: 2 })
      },
    },
    {
      name: 'is refused where there is no record, and makes none',
      async run(scene) {
        equal(await scene.resolve(), false)
        equal(await scene.get(), undefined)
      },
    },
    ...finalSettlements.map(({ name, settle, shown }) => ({
      name: `is refused after \`${name}\`, and writes nothing`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire()
        await settle(scene, owner)
        const before = await scene.stored()
        equal(await scene.resolve(), false)
        deepStrictEqual(await scene.stored(), before)
        matches(await scene.get(), shown)
      },
    })),
    {
      name: 'is refused after another resolution: the first decides',
      async run(scene) {
        await scene.lapsed()
        equal(await scene.resolve({ value: 'first' }), true)
        equal(await scene.resolve({ value: 'second' }), false)
        matches(await scene.get(), { value: 'first' })
      },
    },
    {
      name: 'lets exactly one of many at the same moment decide',
      async run(scene) {
        await scene.lapsed()
        const values = Array.from({ length: 20 }, (_, index) => `value ${index}`)
        const decided = await Promise.all(values.map((value) => scene.resolve({ value })))
        deepStrictEqual(
          values.filter((_, index) => decided[index]),
          [(await scene.get())?.value],
        )
      },
    },
  ],
}
