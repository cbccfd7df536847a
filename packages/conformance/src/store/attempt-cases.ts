import { deepStrictEqual } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { matches } from '../suite/expectations'
import { type StoreScene, stepsOf } from './store-scene'

/** When another attempt may be made: the rules of `claim` for failed and abandoned records. */
export const attemptCases: CaseGroup<StoreScene> = {
  about: 'claim of a failed or abandoned record',
  cases: [
    {
      name: 'answers a claimant that waited for the failed attempt with its failure',
      async run(scene) {
        const { owner, fence } = await scene.acquire()
        await scene.fail(owner, 'retryable', { failure: 'no funds' })
        const shared = { type: 'settled', state: 'failed', attempt: 1, failure: 'no funds', retryable: true }
        matches(await scene.claim({ waitedFor: fence }), shared)
      },
    },
    {
      name: 'answers a claimant that waited for an attempt before the failed one with the failure',
      async run(scene) {
        const first = await scene.acquire()
        await scene.fail(first.owner, 'retryable')
        const second = await scene.acquire()
        await scene.fail(second.owner, 'retryable', { failure: 'second' })
        matches(await scene.claim({ waitedFor: first.fence }), {
          type: 'settled',
          attempt: 2,
          failure: 'second',
        })
        matches(await scene.claim({ waitedFor: second.fence - 1 }), { type: 'settled', attempt: 2 })
      },
    },
    {
      name: 'gives the next attempt to a claimant that waited for a later attempt than the failed one',
      async run(scene) {
        const { owner, fence } = await scene.acquire()
        await scene.fail(owner, 'retryable')
        await scene.acquire({ waitedFor: fence + 1 })
      },
    },
    {
      name: 'gives an abandoned record to a claimant that waited for the attempt',
      async run(scene) {
        const first = await scene.lapsed()
        const second = await scene.acquire({ waitedFor: first.fence })
        matches(second, { attempt: 2, takeover: true })
        await scene.fail(second.owner, 'abandoned')
        matches(await scene.acquire({ waitedFor: second.fence }), { attempt: 3, takeover: true })
      },
    },
    {
      name: 'answers with the last failure once `maxAttempts` attempts have failed, though others may try again',
      async run(scene) {
        for (const attempt of [1, 2]) {
          const { owner } = await scene.acquire({ maxAttempts: 2 })
          await scene.fail(owner, 'retryable', { failure: `failure ${attempt}` })
        }
        const last = { type: 'settled', state: 'failed', attempt: 2, failure: 'failure 2', retryable: true }
        matches(await scene.claim({ maxAttempts: 2 }), last)
        matches(await scene.claim({ maxAttempts: 1 }), last)
        matches(await scene.acquire({ maxAttempts: 3 }), { attempt: 3 })
      },
    },
    {
      name: 'answers `abandoned` once `maxAttempts` attempts were made and the last one lapsed',
      async run(scene) {
        await scene.lapsed({ maxAttempts: 1 })
        matches(await scene.claim({ maxAttempts: 1 }), { type: 'abandoned', attempt: 1, failure: undefined })
        matches(await scene.acquire({ maxAttempts: 2 }), { attempt: 2, takeover: true })
      },
    },
    {
      name: 'answers `abandoned` once `maxAttempts` attempts were made and the last one was reported abandoned',
      async run(scene) {
        const { owner } = await scene.acquire({ maxAttempts: 1 })
        await scene.fail(owner, 'abandoned', { failure: 'cut off' })
        matches(await scene.claim({ maxAttempts: 1 }), { type: 'abandoned', attempt: 1, failure: 'cut off' })
        matches(await scene.acquire({ maxAttempts: 2 }), { attempt: 2, takeover: true })
      },
    },
    {
      name: 'counts failed and abandoned attempts alike',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        await scene.lapsed()
        await scene.fail((await scene.acquire({ maxAttempts: 3 })).owner, 'retryable')
        matches(await scene.claim({ maxAttempts: 3 }), { type: 'settled', attempt: 3 })
      },
    },
    {
      name: 'gives an abandoned record to `reconcile`, whatever `maxAttempts` says',
      async run(scene) {
        await scene.lapsed()
        const second = await scene.acquire({ onAbandoned: 'reconcile', maxAttempts: 1 })
        matches(second, { attempt: 2, takeover: true })
        await scene.fail(second.owner, 'abandoned')
        matches(await scene.acquire({ onAbandoned: 'reconcile', maxAttempts: 1 }), {
          attempt: 3,
          takeover: true,
        })
      },
    },
    {
      name: 'holds `reconcile` to `maxAttempts` after a failure that is not an abandonment',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        matches(await scene.claim({ onAbandoned: 'reconcile', maxAttempts: 1 }), {
          type: 'settled',
          attempt: 1,
        })
      },
    },
    {
      name: 'answers `abandoned` to `reject`, for a lapsed and for a reported attempt, time after time',
      async run(scene) {
        const lapsed = await scene.lapsed()
        const reject = { onAbandoned: 'reject' } as const
        matches(await scene.claim(reject), { type: 'abandoned', attempt: 1, failure: undefined })
        matches(await scene.claim(reject), { type: 'abandoned', attempt: 1, failure: undefined })
        await scene.fail(lapsed.owner, 'abandoned', { failure: 'cut off' })
        matches(await scene.claim(reject), { type: 'abandoned', attempt: 1, failure: 'cut off' })
      },
    },
    {
      name: 'gives a retryably failed record to `reject`: nothing was abandoned',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        matches(await scene.acquire({ onAbandoned: 'reject' }), { attempt: 2, takeover: false })
      },
    },
    {
      name: 'gives the attempt after a takeover as no takeover, if the takeover failed retryably',
      async run(scene) {
        await scene.lapsed()
        const second = await scene.acquire()
        await scene.fail(second.owner, 'retryable')
        matches(await scene.acquire(), { attempt: 3, takeover: false })
      },
    },
    {
      name: 'shows nothing of an earlier failure while the next attempt runs, nor once it has succeeded',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        const second = await scene.acquire()
        matches(await scene.get(), { state: 'running', retryable: false, failure: undefined })
        await scene.complete(second.owner)
        matches(await scene.claim(), { type: 'settled', state: 'succeeded', attempt: 2, failure: undefined })
      },
    },
    {
      name: 'shows nothing of an earlier failure once the next attempt has lapsed',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'abandoned')
        await scene.lapsed()
        matches(await scene.get(), { state: 'abandoned', attempt: 2, failure: undefined })
        matches(await scene.claim({ onAbandoned: 'reject' }), {
          type: 'abandoned',
          attempt: 2,
          failure: undefined,
        })
      },
    },
    {
      name: 'hands saved steps on to the attempt after a failure, and after an abandonment',
      async run(scene) {
        const first = await scene.acquire()
        await scene.saveStep(first.owner, 'charge', '1')
        await scene.fail(first.owner, 'retryable')
        const second = await scene.acquire()
        deepStrictEqual(stepsOf(second), [['charge', '1']])
        await scene.saveStep(second.owner, 'ship', '2')
        await scene.fail(second.owner, 'abandoned')
        const third = await scene.lapsed()
        deepStrictEqual(stepsOf(third), [
          ['charge', '1'],
          ['ship', '2'],
        ])
        deepStrictEqual(stepsOf(await scene.acquire()), [
          ['charge', '1'],
          ['ship', '2'],
        ])
      },
    },
  ],
}
