import { equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { Tally } from '../suite/tally'
import { completion, settlements } from './settlement'
import type { StoreScene } from './store-scene'

/** Being told of changes, where a store can. */
export const watchCases: CaseGroup<StoreScene> = {
  about: 'watch',
  inapplicable: (scene) =>
    scene.store.watch === undefined ? 'the store has no watch: it is optional' : undefined,
  cases: [
    ...settlements.map(({ name, settle }) => ({
      name: `tells of \`${name}\` once the watch is in place`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire()
        await tells(scene, name, () => settle(scene, owner))
      },
    })),
    {
      name: 'tells of a resolution',
      async run(scene) {
        await scene.lapsed()
        await tells(scene, 'the resolution', () => scene.resolve())
      },
    },
    {
      name: 'tells of the release of a first attempt and of a later one',
      async run(scene) {
        const first = await scene.acquire()
        await tells(scene, 'the release', () => scene.release(first.owner))
        await scene.fail((await scene.acquire()).owner, 'retryable')
        const second = await scene.acquire()
        await tells(scene, 'the release', () => scene.release(second.owner))
      },
    },
    {
      name: 'tells of the deletion of a running and of a settled record',
      async run(scene) {
        const { owner } = await scene.acquire()
        await tells(scene, 'the deletion', () => scene.delete())
        equal(await scene.complete(owner), false)
        await scene.complete((await scene.acquire()).owner)
        await tells(scene, 'the deletion', () => scene.delete())
      },
    },
    {
      name: 'goes on telling: of one attempt after another',
      async run(scene) {
        await watching(scene, async (tally) => {
          for (const attempt of [1, 2, 3]) {
            const { owner } = await scene.acquire()
            const seen = tally.count
            await scene.fail(owner, 'retryable')
            await tally.more(seen, `the failure of attempt ${attempt}`)
          }
        })
      },
    },
    {
      name: 'may be placed before there is a record',
      async run(scene) {
        await tells(scene, 'the completion', async () =>
          completion.settle(scene, (await scene.acquire()).owner),
        )
      },
    },
    {
      name: 'tells every one of many watchers of a key, also those whose neighbours have left',
      async run(scene) {
        const { owner } = await scene.acquire()
        const watchers = Array.from({ length: 20 }, () => ({
          tally: new Tally(scene.terms.patienceMs),
          leave: new AbortController(),
        }))
        await Promise.all(watchers.map(({ tally, leave }) => place(scene, tally, leave.signal)))
        const [staying, leaving] = [watchers.slice(0, 10), watchers.slice(10)]
        for (const { leave } of leaving) leave.abort()
        const seen = staying.map(({ tally }) => tally.count)
        await scene.complete(owner)
        await Promise.all(staying.map(({ tally }, index) => tally.more(seen[index] ?? 0, 'the completion')))
        for (const { leave } of staying) leave.abort()
      },
    },
    {
      name: 'tells each watcher what it watches, of many keys at a time',
      async run(scene) {
        const scenes = Array.from({ length: 20 }, (_, index) => scene.at(`${scene.key}:${index}`))
        const told = scenes.map(async (at) => {
          const { owner } = await at.acquire()
          await tells(at, at.key, () => at.complete(owner))
        })
        await Promise.all(told)
      },
    },
    {
      name: 'tells nothing once its signal has aborted',
      async run(scene) {
        const { owner } = await scene.acquire()
        const left = new Tally(scene.terms.patienceMs)
        const leave = new AbortController()
        await place(scene, left, leave.signal)
        leave.abort()
        await silentWhile(scene, left, owner)
      },
    },
    {
      name: 'tells nothing if its signal had aborted before',
      async run(scene) {
        const { owner } = await scene.acquire()
        const left = new Tally(scene.terms.patienceMs)
        // Whether that is refused or comes to nothing is the store's choice.
        await place(scene, left, AbortSignal.abort()).catch(() => {})
        await silentWhile(scene, left, owner)
      },
    },
    {
      name: 'may be left from within the call that tells',
      async run(scene) {
        const { owner } = await scene.acquire()
        const left = new Tally(scene.terms.patienceMs)
        const leave = new AbortController()
        await scene.store.watch?.(
          scene.key,
          () => {
            leave.abort()
            left.call()
          },
          leave.signal,
        )
        await scene.fail(owner, 'retryable')
        await left.more(0, 'the failure')
        await silentWhile(scene, left, (await scene.acquire()).owner)
      },
    },
    {
      name: 'tells nothing to a watcher that was made to leave by what another was told',
      async run(scene) {
        const { owner } = await scene.acquire()
        const first = new Tally(scene.terms.patienceMs)
        const leave = [new AbortController(), new AbortController()]
        const leaveBoth = (): void => {
          for (const each of leave) each.abort()
          first.call()
        }
        for (const { signal } of leave) await scene.store.watch?.(scene.key, leaveBoth, signal)
        await scene.fail(owner, 'retryable')
        await first.more(0, 'the failure')
        await silentWhile(scene, first, (await scene.acquire()).owner)
        equal(first.count, 1, 'calls in all')
      },
    },
  ],
}

const place = async (scene: StoreScene, tally: Tally, signal: AbortSignal): Promise<void> =>
  scene.store.watch?.(scene.key, tally.call, signal)

async function watching(scene: StoreScene, run: (tally: Tally) => Promise<void>): Promise<void> {
  const tally = new Tally(scene.terms.patienceMs)
  const leave = new AbortController()
  await place(scene, tally, leave.signal)
  try {
    await run(tally)
  } finally {
    leave.abort()
  }
}

function tells(scene: StoreScene, what: string, change: () => Promise<boolean>): Promise<void> {
  return watching(scene, async (tally) => {
    const seen = tally.count
    equal(await change(), true)
    await tally.more(seen, what)
  })
}

/** A watcher that has left hears nothing of changes of which others on the same key are told. */
async function silentWhile(scene: StoreScene, left: Tally, owner: string): Promise<void> {
  const heard = left.count
  await tells(scene, 'the failure', () => scene.fail(owner, 'retryable'))
  await tells(scene, 'the deletion', () => scene.delete())
  equal(left.count, heard, 'calls after the signal had aborted')
}
