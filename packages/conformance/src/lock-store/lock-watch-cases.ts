import { equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { Tally } from '../suite/tally'
import type { LockScene } from './lock-scene'

/** Being told that a lock may be free, where a store can. */
export const lockWatchCases: CaseGroup<LockScene> = {
  about: 'watch',
  inapplicable: (scene) =>
    scene.store.watch === undefined ? 'the store has no watch: it is optional' : undefined,
  cases: [
    {
      name: 'tells of a release, time after time',
      async run(scene) {
        for (let round = 0; round < 3; round++) await tells(scene)
      },
    },
    {
      name: 'tells every one of many watchers',
      async run(scene) {
        const { owner } = await scene.hold()
        const watchers = Array.from({ length: 20 }, () => ({
          tally: new Tally(scene.terms.patienceMs),
          leave: new AbortController(),
        }))
        await Promise.all(
          watchers.map(({ tally, leave }) => scene.store.watch?.(scene.name, tally.call, leave.signal)),
        )
        const seen = watchers.map(({ tally }) => tally.count)
        await scene.release(owner)
        await Promise.all(watchers.map(({ tally }, index) => tally.more(seen[index] ?? 0, 'the release')))
        for (const { leave } of watchers) leave.abort()
      },
    },
    {
      name: 'tells nothing once its signal has aborted, or had aborted before',
      async run(scene) {
        const left = new Tally(scene.terms.patienceMs)
        const leave = new AbortController()
        await scene.store.watch?.(scene.name, left.call, leave.signal)
        leave.abort()
        // Whether that is refused or comes to nothing is the store's choice.
        await scene.store.watch?.(scene.name, left.call, AbortSignal.abort()).catch(() => {})
        const heard = left.count
        await tells(scene)
        await tells(scene)
        equal(left.count, heard, 'calls after the signal had aborted')
      },
    },
  ],
}

async function tells(scene: LockScene): Promise<void> {
  const { owner } = await scene.hold()
  const tally = new Tally(scene.terms.patienceMs)
  const leave = new AbortController()
  await scene.store.watch?.(scene.name, tally.call, leave.signal)
  const seen = tally.count
  equal(await scene.release(owner), true)
  await tally.more(seen, 'the release')
  leave.abort()
}
