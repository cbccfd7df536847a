import { deepStrictEqual, equal } from 'node:assert/strict'
import { awkwardKeys } from '../store/awkward-texts'
import type { CaseGroup } from '../suite/conformance-case'
import type { LockScene } from './lock-scene'

const MANY = 100

/** Each call is one indivisible transition, whatever runs beside it. */
export const lockConcurrencyCases: CaseGroup<LockScene> = {
  about: 'concurrency',
  cases: [
    {
      name: 'gives a free lock to exactly one of many',
      run: (scene) => wonOnce(scene),
    },
    {
      name: 'gives a lock whose time has run out to exactly one of many',
      async run(scene) {
        await scene.lapsed()
        await wonOnce(scene)
      },
    },
    {
      name: 'gives the lock once to an owner that asks many times at the same moment',
      async run(scene) {
        const owner = scene.token()
        const grants = await Promise.all(Array.from({ length: 20 }, () => scene.hold({ owner })))
        equal(new Set(grants.map(({ fence }) => fence)).size, 1)
      },
    },
    {
      name: 'lets nobody in beside a holder, while many come and go',
      async run(scene) {
        let inside = 0
        const fences: number[] = []
        const visit = async (): Promise<void> => {
          const owner = scene.token()
          const outcome = await scene.acquire({ owner })
          if (!outcome.acquired) return
          fences.push(outcome.fence)
          equal(++inside, 1, 'holders at the same time')
          await Promise.resolve()
          inside--
          equal(await scene.release(owner), true)
        }
        for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 20 }, visit))
        deepStrictEqual(
          fences,
          [...new Set(fences)].sort((one, other) => one - other),
        )
      },
    },
    {
      name: 'does not mix up names, whatever they would mean elsewhere',
      async run(scene) {
        const scenes = awkwardKeys.map((end) => scene.at(scene.name + end))
        const grants = await Promise.all(scenes.map((at) => at.hold()))
        for (const [index, at] of scenes.entries()) {
          const owner = grants[index]?.owner ?? ''
          equal(await at.isHeld(owner), true, at.name)
          equal(await at.release(owner), true, at.name)
          equal(await at.isHeld(), false, at.name)
        }
      },
    },
  ],
}

async function wonOnce(scene: LockScene): Promise<void> {
  const outcomes = await Promise.all(Array.from({ length: MANY }, () => scene.acquire()))
  const won = outcomes.filter(({ acquired }) => acquired).length
  equal(won, 1, `${won} of ${MANY} got the lock`)
}
