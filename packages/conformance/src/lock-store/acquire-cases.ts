import { equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { between, matches, mostOf } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import type { LockScene } from './lock-scene'

/** Who gets the lock, and with which fence. */
export const acquireCases: CaseGroup<LockScene> = {
  about: 'acquire',
  cases: [
    {
      name: 'gives a free lock, with a fence that is a safe integer',
      async run(scene) {
        const { fence } = await scene.hold()
        equal(Number.isSafeInteger(fence), true, `the fence is ${fence}`)
        equal(await scene.isHeld(), true)
      },
    },
    {
      name: "tells the store's clock in milliseconds since the epoch, which goes on",
      async run(scene) {
        const first = await scene.hold()
        await pass(scene.time)
        const second = await scene.at(`${scene.name}:other`).hold()
        between(1e12, first.now, 1e13, 'now')
        between(first.now + BRIEF, second.now, first.now + LONG, 'now, after a while')
      },
    },
    {
      name: 'refuses a lock that another owner holds, and tells what is left of its time',
      async run(scene) {
        const { owner } = await scene.hold()
        const outcome = await scene.acquire({ ttlMs: 9 * LONG })
        matches(outcome, { acquired: false })
        mostOf(LONG, outcome.acquired ? undefined : outcome.ttlMs, 'ttlMs')
        equal(await scene.isHeld(owner), true)
      },
    },
    {
      name: 'does not prolong a lock by refusing it',
      async run(scene) {
        await scene.hold({ ttlMs: BRIEF })
        await scene.acquire({ ttlMs: LONG, owner: scene.token() })
        const other = scene.at(`${scene.name}:other`)
        await other.hold()
        await other.acquire({ ttlMs: BRIEF })
        await pass(scene.time)
        equal(await other.isHeld(), true)
      },
    },
    {
      name: 'gives the lock again to the owner that holds it, with the same fence and a renewed time',
      async run(scene) {
        const { owner, fence } = await scene.hold()
        equal((await scene.hold({ owner })).fence, fence)
        await scene.hold({ owner, ttlMs: 3 * LONG })
        const outcome = await scene.acquire()
        mostOf(3 * LONG, outcome.acquired ? undefined : outcome.ttlMs, 'ttlMs')
        await scene.hold({ owner, ttlMs: BRIEF })
        await pass(scene.time)
        equal(await scene.isHeld(), false)
      },
    },
    {
      name: 'gives a lock whose time has run out, with a greater fence',
      async run(scene) {
        const late = await scene.lapsed()
        const { owner, fence } = await scene.hold()
        equal(fence > late.fence, true, `${fence} follows ${late.fence}`)
        equal(await scene.isHeld(owner), true)
        equal(await scene.isHeld(late.owner), false)
        matches(await scene.acquire({ owner: late.owner }), { acquired: false })
      },
    },
    {
      name: 'gives a released lock, with a greater fence',
      async run(scene) {
        const first = await scene.hold()
        await scene.release(first.owner)
        const second = await scene.hold()
        equal(second.fence > first.fence, true, `${second.fence} follows ${first.fence}`)
      },
    },
    {
      name: 'gives greater fences even when a lock changes hands as fast as it can',
      async run(scene) {
        let last = 0
        for (let round = 0; round < 20; round++) {
          const { owner, fence } = await scene.hold()
          between(last + 1, fence, 2 ** 53 - 1, 'fence')
          last = fence
          await scene.release(owner)
        }
      },
    },
    {
      name: 'gives an owner that comes back after its time has run out the lock, if it is free',
      async run(scene) {
        const late = await scene.lapsed()
        const { fence } = await scene.hold({ owner: late.owner })
        between(late.fence, fence, 2 ** 53 - 1, 'fence')
      },
    },
    {
      name: 'compares owners to the last character',
      async run(scene) {
        await scene.hold({ owner: 'Owner' })
        for (const owner of ['owner', 'Owner ', 'Own', '%', 'O_ner']) {
          matches(await scene.acquire({ owner }), { acquired: false }, owner)
        }
      },
    },
    {
      name: 'gives locks for months',
      async run(scene) {
        const days = 86_400_000
        await scene.hold({ ttlMs: 60 * days })
        await pass(scene.time)
        const outcome = await scene.acquire()
        mostOf(60 * days, outcome.acquired ? undefined : outcome.ttlMs, 'ttlMs')
      },
    },
  ],
}
