import { equal } from 'node:assert/strict'
import type { CaseGroup, ConformanceCase } from '../suite/conformance-case'
import { matches } from '../suite/expectations'
import { withShiftedClock } from '../suite/shifted-clock'
import type { LockScene } from './lock-scene'

const HOURS = 3_600_000

/** The time of a lock is judged by the store's clock, whatever this process thinks the time is. */
export const lockClockCases: CaseGroup<LockScene> = {
  about: 'the clock',
  inapplicable: (scene) => scene.terms.without?.ownClock,
  cases: [-5 * HOURS, 5 * HOURS].flatMap((shiftMs): ConformanceCase<LockScene>[] => {
    const shifted = `with the clock of this process ${shiftMs < 0 ? 'behind' : 'ahead'} by hours`
    return [
      {
        name: `is the store's: a held lock is held ${shifted}`,
        alone: true,
        async run(scene) {
          const { owner, now } = await scene.hold()
          await withShiftedClock(shiftMs, async () => {
            matches(await scene.acquire(), { acquired: false })
            equal(await scene.isHeld(owner), true)
            equal(await scene.extend(owner), true)
            const other = await scene.at(`${scene.name}:other`).hold()
            equal(Math.abs(other.now - now) < HOURS, true, `now was ${now} and is ${other.now}`)
          })
          matches(await scene.acquire(), { acquired: false })
        },
      },
      {
        name: `is the store's: a lock whose time has run out is free ${shifted}`,
        alone: true,
        async run(scene) {
          const late = await scene.lapsed()
          await withShiftedClock(shiftMs, async () => {
            equal(await scene.isHeld(), false)
            equal(await scene.extend(late.owner), false)
            const { fence } = await scene.hold()
            equal(fence > late.fence, true, `${fence} follows ${late.fence}`)
          })
        },
      },
    ]
  }),
}
