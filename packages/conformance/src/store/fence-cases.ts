import { equal } from 'node:assert/strict'
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
