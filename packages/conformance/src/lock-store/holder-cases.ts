import { equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { matches, mostOf } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import type { LockScene } from './lock-scene'

/** What a holder may do, and nobody else. */
export const holderCases: CaseGroup<LockScene> = {
  about: 'extend, release and isHeld',
  cases: [
    {
      name: 'extend renews the time from now on, time after time',
      async run(scene) {
        const { owner } = await scene.hold({ ttlMs: LONG })
        equal(await scene.extend(owner, 3 * LONG), true)
        equal(await scene.extend(owner, 3 * LONG), true)
        const outcome = await scene.acquire()
        mostOf(3 * LONG, outcome.acquired ? undefined : outcome.ttlMs, 'ttlMs')
        equal(await scene.extend(owner, BRIEF), true)
        await pass(scene.time)
        equal(await scene.isHeld(), false)
      },
    },
    {
      name: 'extend keeps the fence',
      async run(scene) {
        const { owner, fence } = await scene.hold()
        await scene.extend(owner)
        equal((await scene.hold({ owner })).fence, fence)
      },
    },
    {
      name: 'extend is refused to a stranger, and renews nothing',
      async run(scene) {
        await scene.hold({ owner: 'Owner' })
        equal(await scene.extend(scene.token(), 3 * LONG), false)
        equal(await scene.extend('owner', 3 * LONG), false)
        const outcome = await scene.acquire()
        mostOf(LONG, outcome.acquired ? undefined : outcome.ttlMs, 'ttlMs')
      },
    },
    {
      name: 'extend is refused where there is no lock, and makes none',
      async run(scene) {
        equal(await scene.extend(scene.token()), false)
        equal(await scene.isHeld(), false)
      },
    },
    {
      name: 'extend is refused after the time has run out, though nobody else took the lock',
      async run(scene) {
        const { owner } = await scene.lapsed()
        equal(await scene.extend(owner), false)
        equal(await scene.isHeld(), false)
      },
    },
    {
      name: 'extend is refused after a release',
      async run(scene) {
        const { owner } = await scene.hold()
        await scene.release(owner)
        equal(await scene.extend(owner), false)
        equal(await scene.isHeld(), false)
      },
    },
    {
      name: 'extend is refused to the late owner once somebody else holds the lock',
      async run(scene) {
        const late = await scene.lapsed()
        const { owner } = await scene.hold()
        equal(await scene.extend(late.owner, BRIEF), false)
        await pass(scene.time)
        equal(await scene.isHeld(owner), true)
      },
    },
    {
      name: 'release gives the lock back',
      async run(scene) {
        const { owner } = await scene.hold()
        equal(await scene.release(owner), true)
        equal(await scene.isHeld(), false)
        equal(await scene.isHeld(owner), false)
        await scene.hold()
      },
    },
    {
      name: 'release is refused to a stranger, and the lock stays held',
      async run(scene) {
        await scene.hold({ owner: 'Owner' })
        equal(await scene.release(scene.token()), false)
        equal(await scene.release('owner'), false)
        equal(await scene.isHeld('Owner'), true)
        matches(await scene.acquire(), { acquired: false })
      },
    },
    {
      name: 'release is refused where there is no lock, and after the time has run out',
      async run(scene) {
        equal(await scene.release(scene.token()), false)
        const { owner } = await scene.lapsed()
        equal(await scene.release(owner), false)
      },
    },
    {
      name: "release by a late owner never releases somebody else's lock",
      async run(scene) {
        const late = await scene.lapsed()
        const { owner } = await scene.hold()
        equal(await scene.release(late.owner), false)
        equal(await scene.isHeld(owner), true)
        await scene.release(owner)
        const third = await scene.hold()
        equal(await scene.release(owner), false)
        equal(await scene.isHeld(third.owner), true)
      },
    },
    {
      name: 'isHeld tells of anybody, and of one owner',
      async run(scene) {
        equal(await scene.isHeld(), false)
        equal(await scene.isHeld('Owner'), false)
        await scene.hold({ owner: 'Owner' })
        equal(await scene.isHeld(), true)
        equal(await scene.isHeld('Owner'), true)
        equal(await scene.isHeld('owner'), false)
        equal(await scene.isHeld(scene.token()), false)
      },
    },
    {
      name: 'isHeld tells that the time has run out',
      async run(scene) {
        const { owner } = await scene.lapsed()
        equal(await scene.isHeld(), false)
        equal(await scene.isHeld(owner), false)
      },
    },
    {
      name: 'isHeld changes nothing',
      async run(scene) {
        const { owner, fence } = await scene.hold()
        await scene.isHeld(owner)
        await scene.isHeld(scene.token())
        equal((await scene.hold({ owner })).fence, fence)
      },
    },
  ],
}
