import { equal } from 'node:assert/strict'
import type { CaseGroup, ConformanceCase } from '../suite/conformance-case'
import { matches } from '../suite/expectations'
import { withShiftedClock } from '../suite/shifted-clock'
import { BRIEF, LONG, pass } from '../suite/time'
import type { StoreScene } from './store-scene'

const HOURS = 3_600_000

/** Leases and retention are judged by the store's clock, whatever this process thinks the time is. */
export const clockCases: CaseGroup<StoreScene> = {
  about: 'the clock',
  inapplicable: (scene) => scene.terms.without?.ownClock,
  cases: [-5 * HOURS, 5 * HOURS].flatMap((shiftMs): ConformanceCase<StoreScene>[] => {
    const shifted = `with the clock of this process ${shiftMs < 0 ? 'behind' : 'ahead'} by hours`
    return [
      {
        name: `is the store's: a live lease is live ${shifted}`,
        alone: true,
        async run(scene) {
          const { owner } = await scene.acquire()
          await withShiftedClock(shiftMs, async () => {
            matches(await scene.claim(), { type: 'running', attempt: 1 })
            matches(await scene.get(), { state: 'running' })
            equal(await scene.resolve(), false)
            equal(await scene.extend(owner), true)
          })
          matches(await scene.claim(), { type: 'running', attempt: 1 })
        },
      },
      {
        name: `is the store's: a lapsed lease is lapsed ${shifted}`,
        alone: true,
        async run(scene) {
          await scene.lapsed()
          await withShiftedClock(shiftMs, async () => {
            matches(await scene.get(), { state: 'abandoned' })
            matches(await scene.acquire({ leaseMs: BRIEF }), { attempt: 2, takeover: true })
          })
          await pass(scene.time)
          matches(await scene.acquire(), { attempt: 3, takeover: true })
        },
      },
      {
        name: `is the store's: retention lasts and ends as it should ${shifted}`,
        alone: true,
        async run(scene) {
          const brief = scene.at(`${scene.key}:brief`)
          await withShiftedClock(shiftMs, async () => {
            await scene.complete((await scene.acquire()).owner, { retentionMs: LONG })
            await brief.complete((await brief.acquire()).owner, { retentionMs: BRIEF, tombstoneMs: LONG })
          })
          await pass(scene.time)
          matches(await scene.claim(), { type: 'settled' })
          matches(await brief.claim(), { type: 'expired' })
          await withShiftedClock(shiftMs, async () => {
            matches(await scene.claim(), { type: 'settled' })
            matches(await brief.claim(), { type: 'expired' })
          })
        },
      },
      {
        name: `is the store's: fences grow and records show its time ${shifted}`,
        alone: true,
        async run(scene) {
          const first = await scene.acquire()
          const createdAt = (await scene.get())?.createdAt ?? Number.NaN
          await scene.delete()
          await withShiftedClock(shiftMs, async () => {
            const second = await scene.acquire()
            equal(second.fence > first.fence, true, `${second.fence} follows ${first.fence}`)
            const later = ((await scene.get())?.createdAt ?? Number.NaN) - createdAt
            equal(Math.abs(later) < HOURS, true, `the record is ${later} ms younger`)
          })
        },
      },
    ]
  }),
}
