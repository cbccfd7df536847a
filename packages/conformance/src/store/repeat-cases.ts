import { deepStrictEqual } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { matches, mostOf } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import { type StoreScene, stepsOf } from './store-scene'

/** Claims whose reply was lost are sent again, and may arrive late. */
export const repeatCases: CaseGroup<StoreScene> = {
  about: 'claim, sent again by its own owner',
  cases: [
    {
      name: 'gives the same attempt and fence',
      async run(scene) {
        const { owner, fence } = await scene.acquire()
        matches(await scene.claim({ owner }), { type: 'acquired', attempt: 1, fence, takeover: false })
      },
    },
    {
      name: 'gives the same attempt, fence and takeover after a takeover',
      async run(scene) {
        await scene.lapsed()
        const { owner, fence } = await scene.acquire()
        matches(await scene.claim({ owner }), { type: 'acquired', attempt: 2, fence, takeover: true })
      },
    },
    {
      name: 'gives the same attempt though the lease has run out, if nobody took over',
      async run(scene) {
        const { owner, fence } = await scene.lapsed()
        matches(await scene.claim({ owner }), { type: 'acquired', attempt: 1, fence, takeover: false })
      },
    },
    {
      name: 'gives the same attempt whatever the policy for abandoned records and `maxAttempts` say',
      async run(scene) {
        const request = { maxAttempts: 1, onAbandoned: 'reject' } as const
        const { owner, fence } = await scene.lapsed(request)
        matches(await scene.claim({ ...request, owner }), { type: 'acquired', attempt: 1, fence })
      },
    },
    {
      name: 'gives the steps again, with what the attempt itself has saved',
      async run(scene) {
        const first = await scene.acquire()
        await scene.saveStep(first.owner, 'charge', '1')
        await scene.fail(first.owner, 'retryable')
        const { owner } = await scene.acquire()
        await scene.saveStep(owner, 'ship', '2')
        deepStrictEqual(stepsOf(await scene.acquire({ owner })), [
          ['charge', '1'],
          ['ship', '2'],
        ])
      },
    },
    {
      name: 'renews the lease, before it has run out and after',
      async run(scene) {
        const { owner } = await scene.lapsed()
        for (let time = 0; time < 2; time++) {
          await scene.acquire({ owner, leaseMs: LONG })
          await pass(scene.time)
          const outcome = await scene.claim()
          matches(outcome, { type: 'running', attempt: 1 })
          mostOf(LONG, outcome.type === 'running' ? outcome.leaseMs : undefined, 'leaseMs')
          await scene.acquire({ owner, leaseMs: BRIEF })
        }
        await pass(scene.time)
        matches(await scene.get(), { state: 'abandoned' })
      },
    },
    {
      name: 'renews the keeping of the record',
      async run(scene) {
        const { owner } = await scene.acquire({ keepMs: 3 * LONG })
        await scene.acquire({ owner, leaseMs: BRIEF, keepMs: BRIEF })
        await pass(scene.time)
        matches(await scene.claim(), { type: 'acquired', attempt: 1, takeover: false })
      },
    },
    {
      name: 'starts no other attempt when it arrives after the attempt failed retryably',
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.fail(owner, 'retryable', { failure: 'no funds' })
        const outcome = await scene.claim({ owner })
        matches(outcome, {
          type: 'settled',
          state: 'failed',
          attempt: 1,
          failure: 'no funds',
          retryable: true,
        })
        matches(await scene.get(), { state: 'failed', attempt: 1 })
      },
    },
    {
      name: 'starts no other attempt when it arrives after the attempt was reported abandoned',
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.fail(owner, 'abandoned', { failure: 'cut off' })
        for (const onAbandoned of ['takeover', 'reconcile', 'reject'] as const) {
          const outcome = await scene.claim({ owner, onAbandoned })
          matches(outcome, { type: 'abandoned', attempt: 1, failure: 'cut off' }, onAbandoned)
        }
        matches(await scene.get(), { state: 'abandoned', attempt: 1 })
      },
    },
    {
      name: 'starts no other attempt when it arrives after the attempt succeeded or failed for good',
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.complete(owner)
        matches(await scene.claim({ owner }), { type: 'settled', state: 'succeeded', attempt: 1 })
        const failed = scene.at(`${scene.key}:failed`)
        await failed.fail((await failed.acquire({ owner })).owner, 'final')
        matches(await failed.claim({ owner }), { type: 'settled', state: 'failed', attempt: 1 })
      },
    },
    {
      name: 'is answered like a stranger once somebody else has taken over',
      async run(scene) {
        const late = await scene.lapsed()
        const { fence } = await scene.acquire()
        matches(await scene.claim({ owner: late.owner }), { type: 'running', attempt: 2, fence })
      },
    },
    {
      name: 'wins once when it is sent many times at the same moment',
      async run(scene) {
        const owner = scene.token()
        const attempts = await Promise.all(Array.from({ length: 20 }, () => scene.acquire({ owner })))
        const [first] = attempts
        for (const attempt of attempts) matches(attempt, { attempt: 1, fence: first?.fence, takeover: false })
      },
    },
  ],
}
