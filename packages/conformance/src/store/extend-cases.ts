import { deepStrictEqual, equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { between, matches, mostOf } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import { settlements } from './settlement'
import { type StoreScene, stepsOf } from './store-scene'

/** The heartbeat. */
export const extendCases: CaseGroup<StoreScene> = {
  about: 'extend',
  cases: [
    {
      name: 'renews the lease from now on',
      async run(scene) {
        const { owner } = await scene.acquire({ leaseMs: BRIEF })
        equal(await scene.extend(owner, { leaseMs: LONG }), true)
        await pass(scene.time)
        const outcome = await scene.claim()
        matches(outcome, { type: 'running', attempt: 1 })
        mostOf(LONG, outcome.type === 'running' ? outcome.leaseMs : undefined, 'leaseMs')
      },
    },
    {
      name: 'counts from now, so that a shorter lease ends earlier',
      async run(scene) {
        const { owner } = await scene.acquire({ leaseMs: LONG })
        equal(await scene.extend(owner, { leaseMs: BRIEF }), true)
        await pass(scene.time)
        matches(await scene.get(), { state: 'abandoned' })
      },
    },
    {
      name: 'renews the keeping of the record from now on',
      async run(scene) {
        const { owner } = await scene.acquire({ keepMs: LONG })
        await scene.extend(owner, { keepMs: 3 * LONG })
        const createdAt = (await scene.get())?.createdAt ?? Number.NaN
        between(createdAt + 2.5 * LONG, (await scene.get())?.expiresAt, createdAt + 3.5 * LONG, 'expiresAt')
        await scene.extend(owner, { leaseMs: BRIEF, keepMs: BRIEF })
        await pass(scene.time)
        equal(await scene.get(), undefined)
      },
    },
    {
      name: 'has the same answer when it is sent again',
      async run(scene) {
        const { owner } = await scene.acquire()
        equal(await scene.extend(owner), true)
        equal(await scene.extend(owner), true)
        matches(await scene.get(), { state: 'running', attempt: 1, owner })
      },
    },
    {
      name: 'keeps attempt, fence, fingerprint and steps',
      async run(scene) {
        const { owner, fence } = await scene.acquire({ fingerprint: 'print' })
        await scene.saveStep(owner, 'charge', '1')
        await scene.extend(owner)
        const record = await scene.get()
        matches(record, { state: 'running', attempt: 1, fence, fingerprint: 'print', owner })
        deepStrictEqual(stepsOf(record), [['charge', '1']])
      },
    },
    {
      name: 'brings a lapsed attempt back, if nobody took over',
      async run(scene) {
        const { owner, fence } = await scene.lapsed()
        equal(await scene.extend(owner), true)
        matches(await scene.claim(), { type: 'running', attempt: 1, fence })
      },
    },
    {
      name: 'is refused to a stranger, and renews nothing',
      async run(scene) {
        await scene.acquire({ owner: 'Owner' })
        const before = await scene.stored()
        equal(await scene.extend(scene.token(), { leaseMs: 3 * LONG, keepMs: 3 * LONG }), false)
        equal(await scene.extend('owner', { leaseMs: 3 * LONG }), false)
        deepStrictEqual(await scene.stored(), before)
      },
    },
    {
      name: 'is refused where there is no record, and makes none',
      async run(scene) {
        equal(await scene.extend(scene.token()), false)
        equal(await scene.get(), undefined)
      },
    },
    {
      name: 'is refused to the late owner after a takeover',
      async run(scene) {
        const late = await scene.lapsed()
        const { owner } = await scene.acquire()
        const before = await scene.stored()
        equal(await scene.extend(late.owner, { leaseMs: BRIEF }), false)
        deepStrictEqual(await scene.stored(), before)
        equal(await scene.extend(owner), true)
      },
    },
    {
      name: 'is refused to the late owner after a resolution and after a deletion',
      async run(scene) {
        const { owner } = await scene.lapsed()
        await scene.resolve()
        equal(await scene.extend(owner), false)
        await scene.delete()
        equal(await scene.extend(owner), false)
        equal(await scene.get(), undefined)
      },
    },
    ...settlements.map(({ name, settle, shown }) => ({
      name: `is refused after \`${name}\`, and changes nothing`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire()
        await settle(scene, owner)
        const before = await scene.stored()
        equal(await scene.extend(owner, { leaseMs: 3 * LONG, keepMs: 3 * LONG }), false)
        deepStrictEqual(await scene.stored(), before)
        matches(await scene.get(), shown)
      },
    })),
  ],
}
