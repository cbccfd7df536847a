import { deepStrictEqual, equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { between, matches, mostOf } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import { finalSettlements } from './settlement'
import { leavesAlone, type StoreScene, stepsOf } from './store-scene'

/** The decision table of `claim`, rule by rule, and that an earlier rule beats a later one. */
export const claimCases: CaseGroup<StoreScene> = {
  about: 'claim',
  cases: [
    {
      name: 'gives a new key as attempt 1, without steps',
      async run(scene) {
        const attempt = await scene.acquire()
        matches(attempt, { attempt: 1, takeover: false })
        deepStrictEqual(stepsOf(attempt), [])
        equal(Number.isSafeInteger(attempt.fence), true, `the fence ${attempt.fence} is a safe integer`)
      },
    },
    {
      name: 'answers `running` to a stranger while the lease lasts, with what is left of it',
      async run(scene) {
        const { fence } = await scene.acquire()
        const outcome = await scene.claim()
        matches(outcome, { type: 'running', attempt: 1, fence })
        mostOf(LONG, outcome.type === 'running' ? outcome.leaseMs : undefined, 'leaseMs')
      },
    },
    {
      name: 'answers `settled` with the value of a succeeded record, time after time',
      async run(scene) {
        const { owner } = await scene.acquire({ fingerprint: 'print' })
        await scene.complete(owner, { value: '{"ok":true}' })
        for (let time = 0; time < 2; time++) {
          const outcome = await scene.claim({ fingerprint: 'print' })
          matches(outcome, {
            type: 'settled',
            state: 'succeeded',
            attempt: 1,
            fingerprint: 'print',
            value: '{"ok":true}',
            failure: undefined,
            retryable: false,
          })
          mostOf(LONG, outcome.type === 'settled' ? outcome.retentionMs : undefined, 'retentionMs')
        }
      },
    },
    {
      name: 'answers `settled` with the failure of a record that failed for good, time after time',
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.fail(owner, 'final', { failure: 'no funds' })
        for (let time = 0; time < 2; time++) {
          const outcome = await scene.claim()
          matches(outcome, {
            type: 'settled',
            state: 'failed',
            attempt: 1,
            fingerprint: undefined,
            value: undefined,
            failure: 'no funds',
            retryable: false,
          })
          mostOf(LONG, outcome.type === 'settled' ? outcome.retentionMs : undefined, 'retentionMs')
        }
      },
    },
    {
      name: 'gives a retryably failed record as the next attempt, which is no takeover',
      async run(scene) {
        const first = await scene.acquire()
        await scene.fail(first.owner, 'retryable')
        matches(await scene.acquire(), { attempt: 2, takeover: false })
      },
    },
    {
      name: 'gives a record whose lease ran out as the next attempt, which is a takeover',
      async run(scene) {
        await scene.lapsed()
        matches(await scene.acquire(), { attempt: 2, takeover: true })
        matches(await scene.claim(), { type: 'running', attempt: 2 })
      },
    },
    {
      name: 'gives a record that was reported abandoned as the next attempt, which is a takeover',
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.fail(owner, 'abandoned')
        matches(await scene.acquire(), { attempt: 2, takeover: true })
      },
    },
    {
      name: 'gives the lease that was asked for, to the next attempt too',
      async run(scene) {
        await scene.lapsed({ leaseMs: BRIEF })
        await scene.acquire({ leaseMs: LONG })
        const outcome = await scene.claim()
        mostOf(LONG, outcome.type === 'running' ? outcome.leaseMs : undefined, 'leaseMs')
      },
    },
    ...finalSettlements.map(({ name, settle }) => ({
      name: `answers \`expired\`, not \`mismatch\`, once the retention after \`${name}\` is over`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire({ fingerprint: 'one' })
        await settle(scene, owner, { retentionMs: BRIEF, tombstoneMs: LONG })
        await pass(scene.time)
        matches(await scene.claim({ fingerprint: 'other' }), { type: 'expired' })
        matches(await scene.claim({ fingerprint: 'one' }), { type: 'expired' })
        matches(await scene.claim({ owner }), { type: 'expired' })
      },
    })),
    {
      name: 'writes nothing when it answers `running`, `settled` or `abandoned`',
      async run(scene) {
        const { owner } = await scene.acquire({ leaseMs: BRIEF, fingerprint: 'print' })
        await scene.extend(owner)
        await leavesAlone(scene, () => scene.claim({ leaseMs: BRIEF, keepMs: BRIEF }))
        await scene.fail(owner, 'retryable')
        await leavesAlone(scene, () => scene.claim({ maxAttempts: 1, leaseMs: BRIEF, keepMs: BRIEF }))
        const second = await scene.acquire()
        await scene.fail(second.owner, 'abandoned')
        await leavesAlone(scene, () => scene.claim({ onAbandoned: 'reject', leaseMs: BRIEF, keepMs: BRIEF }))
        const third = await scene.acquire()
        await scene.complete(third.owner)
        await leavesAlone(scene, () => scene.claim({ leaseMs: BRIEF, keepMs: BRIEF }))
      },
    },
    {
      name: 'shows the times of a record in milliseconds since the epoch',
      async run(scene) {
        await scene.acquire({ leaseMs: LONG, keepMs: 2 * LONG })
        const record = await scene.get()
        const createdAt = record?.createdAt ?? Number.NaN
        between(1e12, createdAt, 1e13, 'createdAt')
        between(createdAt, record?.updatedAt, createdAt + LONG / 2, 'updatedAt')
        between(createdAt + LONG / 2, record?.leaseUntil, createdAt + 1.5 * LONG, 'leaseUntil')
        between(createdAt + 1.5 * LONG, record?.expiresAt, createdAt + 2.5 * LONG, 'expiresAt')
        mostOf(LONG, record?.leaseMs, 'leaseMs')
      },
    },
  ],
}
