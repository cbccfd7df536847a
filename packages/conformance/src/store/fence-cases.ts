import { deepStrictEqual, equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { between, matches } from '../suite/expectations'
import { BRIEF, pass } from '../suite/time'
import type { StoreScene } from './store-scene'

/** Fences grow with each attempt of a key, whatever happens to its record in between. */
export const fenceCases: CaseGroup<StoreScene> = {
  about: 'fence',
  cases: [
    {
      name: 'grows with the attempt after a failure, a report of abandonment and a lapse',
      async run(scene) {
        const first = await scene.acquire()
        await scene.fail(first.owner, 'retryable')
        const second = await scene.acquire()
        await scene.fail(second.owner, 'abandoned')
        const third = await scene.lapsed()
        const fourth = await scene.acquire()
        growing(first.fence, second.fence, third.fence, fourth.fence)
        matches(await scene.get(), { fence: fourth.fence })
      },
    },
    {
      name: 'grows across the deletion of a running, a settled and an abandoned record',
      async run(scene) {
        const running = await scene.acquire()
        await scene.delete()
        const settled = await scene.acquire()
        await scene.complete(settled.owner)
        await scene.delete()
        const abandoned = await scene.lapsed()
        await scene.delete()
        growing(running.fence, settled.fence, abandoned.fence, (await scene.acquire()).fence)
      },
    },
    {
      name: 'grows across the end of keeping, of retention and of a tombstone',
      async run(scene) {
        const unsettled = await scene.acquire({ leaseMs: BRIEF, keepMs: BRIEF })
        await pass(scene.time)
        const settled = await scene.acquire()
        await scene.complete(settled.owner, { retentionMs: BRIEF })
        await pass(scene.time)
        const buried = await scene.acquire()
        await scene.complete(buried.owner, { retentionMs: 1, tombstoneMs: 1 })
        await pass(scene.time)
        growing(unsettled.fence, settled.fence, buried.fence, (await scene.acquire()).fence)
      },
    },
    {
      name: 'grows even when records come and go as fast as they can',
      async run(scene) {
        const fences: number[] = []
        for (let round = 0; round < 20; round++) {
          fences.push((await scene.acquire()).fence)
          await scene.delete()
        }
        growing(...fences)
      },
    },
    {
      name: "is at least the store's clock in microseconds, and below 2^53",
      async run(scene) {
        const { fence } = await scene.acquire()
        const createdAt = (await scene.get())?.createdAt ?? Number.NaN
        between((createdAt - 1000) * 1000, fence, 2 ** 53 - 1, 'fence')
        equal(Number.isInteger(fence), true)
      },
    },
    {
      name: 'tells an attempt from a later one of the same owner: a claim that arrives late does not make the earlier one hold the record',
      async run(scene) {
        const first = await scene.lapsed()
        const second = await scene.acquire()
        await scene.fail(second.owner, 'retryable')
        // A copy of the first claim, which was under way all the time.
        const third = await scene.acquire({ owner: first.owner })
        matches(third, { attempt: 3 })
        const { owner, fence } = first
        equal(await scene.extend(owner, { fence }), false)
        equal(await scene.saveStep(owner, 'charge', '1', fence), false)
        for (const kind of ['retryable', 'final', 'abandoned'] as const)
          equal(await scene.fail(owner, kind, { fence }), false)
        equal(await scene.complete(owner, { fence }), false)
        equal(await scene.complete(owner, { fence, value: undefined }), false)
        matches(await scene.get(), { state: 'running', attempt: 3, fence: third.fence, steps: [] })

        equal(await scene.extend(owner, { fence: third.fence }), true)
        equal(await scene.saveStep(owner, 'charge', '1', third.fence), true)
        equal(await scene.complete(owner, { fence: third.fence }), true)
        equal(await scene.complete(owner, { fence: third.fence }), true)
        equal(await scene.complete(owner, { fence }), false)
        matches(await scene.get(), { state: 'succeeded', attempt: 3, value: 'value' })
      },
    },
    {
      name: 'given with a failure must be that of the record, also when it is said again',
      async run(scene) {
        for (const kind of ['retryable', 'abandoned', 'final'] as const) {
          const { owner, fence } = await scene.acquire()
          equal(await scene.fail(owner, kind, { fence }), true)
          equal(await scene.fail(owner, kind, { fence }), true)
          equal(await scene.fail(owner, kind, { fence: fence - 1 }), false)
        }
      },
    },
    {
      name: 'is compared for each of many that settle at once',
      async run(scene) {
        const scenes = Array.from({ length: 20 }, (_, at) => scene.at(`${scene.key}:${at}`))
        const attempts = await Promise.all(scenes.map((one) => one.acquire()))
        const settled = await Promise.all(
          scenes.map((one, at) => {
            const { owner, fence } = attempts[at] as (typeof attempts)[number]
            return one.complete(owner, at % 3 === 0 ? {} : { fence: fence - (at % 2) })
          }),
        )
        deepStrictEqual(
          settled,
          scenes.map((_, at) => at % 3 === 0 || at % 2 === 0),
        )
      },
    },
    {
      name: 'stays as it is while an attempt is renewed, saves steps and settles',
      async run(scene) {
        const { owner, fence } = await scene.acquire()
        await scene.extend(owner)
        await scene.saveStep(owner, 'charge', '1')
        matches(await scene.get(), { fence, attempt: 1 })
        await scene.complete(owner)
        matches(await scene.get(), { fence, attempt: 1 })
      },
    },
  ],
}

function growing(...fences: readonly number[]): void {
  for (const [index, fence] of fences.entries()) {
    const next = fences[index + 1] ?? Number.POSITIVE_INFINITY
    equal(fence < next, true, `${fences.join(' < ')} at ${index}`)
  }
}
