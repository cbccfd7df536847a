import { deepStrictEqual, equal } from 'node:assert/strict'
import type { ClaimOutcome } from '@idem/core'
import type { CaseGroup } from '../suite/conformance-case'
import { matches } from '../suite/expectations'
import { abandonment, finalSettlements, retryableFailure } from './settlement'
import type { StoreScene } from './store-scene'

const MANY = 100
const ROUNDS = 10

/** Each call is one indivisible transition, whatever runs beside it. */
export const concurrencyCases: CaseGroup<StoreScene> = {
  about: 'concurrency',
  cases: [
    {
      name: 'gives a new key to exactly one of many claims',
      run: (scene) => wonOnce(scene, { attempt: 1, takeover: false }),
    },
    {
      name: 'gives a lapsed record to exactly one of many claims',
      async run(scene) {
        await scene.lapsed()
        await wonOnce(scene, { attempt: 2, takeover: true })
      },
    },
    {
      name: 'gives a retryably failed record to exactly one of many claims',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        await wonOnce(scene, { attempt: 2, takeover: false })
      },
    },
    {
      name: 'gives a record that is past its keeping to exactly one of many claims',
      async run(scene) {
        await scene.complete((await scene.acquire()).owner, { retentionMs: 1 })
        await scene.time.advance(10)
        await wonOnce(scene, { attempt: 1, takeover: false })
      },
    },
    ...finalSettlements.map(({ name, settle, shown }) => ({
      name: `decides between the late owner and those that take over: \`${name}\``,
      async run(scene: StoreScene) {
        await inRounds(scene, async (at, first) => {
          const late = await at.lapsed()
          const settling = (): Promise<boolean> => settle(at, late.owner)
          const [done, won] = await beside(at, first, settling)
          equal(won, done ? 0 : 1, `${won} took over, and the late owner was told ${done}`)
          matches(await at.get(), done ? { ...shown, attempt: 1 } : { state: 'running', attempt: 2 })
        })
      },
    })),
    ...[retryableFailure, abandonment].map(({ name, settle }) => ({
      name: `lets exactly one take over, whatever the late owner reports: \`${name}\``,
      async run(scene: StoreScene) {
        await inRounds(scene, async (at, first) => {
          const late = await at.lapsed()
          const [, won] = await beside(at, first, () => settle(at, late.owner))
          equal(won, 1, `${won} took over`)
          matches(await at.get(), { state: 'running', attempt: 2 })
        })
      },
    })),
    {
      name: 'decides between the heartbeat of the late owner and those that take over',
      async run(scene) {
        await inRounds(scene, async (at, first) => {
          const late = await at.lapsed()
          const [extended, won] = await beside(at, first, () => at.extend(late.owner))
          equal(won, extended ? 0 : 1, `${won} took over, and the late owner was told ${extended}`)
        })
      },
    },
    {
      name: 'lets exactly one claim a record after a lapse, whether the late owner releases it first or not',
      async run(scene) {
        await inRounds(scene, async (at, first) => {
          const late = await at.lapsed()
          const [released, won] = await beside(at, first, () => at.release(late.owner))
          equal(won, 1, `${won} were acquired`)
          matches(await at.get(), { state: 'running', attempt: released ? 1 : 2, takeover: !released })
        })
      },
    },
    {
      name: 'decides between an owner that succeeds and its own release',
      async run(scene) {
        await inRounds(scene, async (at, first) => {
          const { owner } = await at.acquire()
          const complete = (): Promise<boolean> => at.complete(owner)
          const release = (): Promise<boolean> => at.release(owner)
          const answers = await Promise.all(first ? [complete(), release()] : [release(), complete()])
          deepStrictEqual([...answers].sort(), [false, true])
          equal((await at.get())?.state, answers[first ? 0 : 1] ? 'succeeded' : undefined)
        })
      },
    },
    {
      name: 'decides between an operator that resolves and those that take over',
      async run(scene) {
        await inRounds(scene, async (at, first) => {
          await at.lapsed()
          const [resolved, won] = await beside(at, first, () => at.resolve())
          equal(won, resolved ? 0 : 1, `${won} took over, and the operator was told ${resolved}`)
          matches(await at.get(), { state: resolved ? 'succeeded' : 'running' })
        })
      },
    },
    {
      name: 'decides between an owner that succeeds and its own report of a failure',
      async run(scene) {
        await inRounds(scene, async (at, first) => {
          const { owner } = await at.acquire()
          const complete = (): Promise<boolean> => at.complete(owner)
          const fail = (): Promise<boolean> => at.fail(owner, 'final')
          const answers = await Promise.all(first ? [complete(), fail()] : [fail(), complete()])
          deepStrictEqual([...answers].sort(), [false, true])
          const completed = answers[first ? 0 : 1]
          matches(await at.get(), { state: completed ? 'succeeded' : 'failed' })
        })
      },
    },
    {
      name: 'shows a claim beside a completion either the running attempt or its answer',
      async run(scene) {
        await inRounds(scene, async (at) => {
          const { owner } = await at.acquire()
          const [outcomes] = await Promise.all([
            Promise.all(claims(at, 5)),
            at.complete(owner, { value: 'answer' }),
          ])
          for (const outcome of outcomes) {
            if (outcome.type === 'running') matches(outcome, { attempt: 1 })
            else matches(outcome, { type: 'settled', state: 'succeeded', value: 'answer' })
          }
        })
      },
    },
    {
      name: 'does not mix up keys that are worked on in parallel',
      async run(scene) {
        const scenes = Array.from({ length: MANY }, (_, index) => scene.at(`${scene.key}:${index}`))
        await Promise.all(
          scenes.map(async (at) => {
            const { owner } = await at.acquire({ fingerprint: at.key })
            await Promise.all([at.saveStep(owner, 'step', at.key), at.extend(owner), at.claim()])
            await at.complete(owner, { value: at.key })
            matches(await at.claim({ fingerprint: at.key }), { type: 'settled', value: at.key, attempt: 1 })
          }),
        )
        const records = await Promise.all(scenes.map((at) => at.get()))
        deepStrictEqual(
          records.map((record) => [record?.key, record?.value, record?.fingerprint, record?.steps[0]?.value]),
          scenes.map(({ key }) => [key, key, key, key]),
        )
      },
    },
  ],
}

const claims = (scene: StoreScene, count: number): Promise<ClaimOutcome>[] =>
  Array.from({ length: count }, () => scene.claim())

/** Many claims by different owners at one moment: one wins, and the others see it running. */
async function wonOnce(scene: StoreScene, expected: { attempt: number; takeover: boolean }): Promise<void> {
  const outcomes = await Promise.all(claims(scene, MANY))
  const winners = outcomes.filter(({ type }) => type === 'acquired')
  equal(winners.length, 1, `${winners.length} of ${MANY} claims were acquired`)
  const [winner] = winners
  matches(winner, { type: 'acquired', ...expected })
  const fence = winner?.type === 'acquired' ? winner.fence : undefined
  for (const outcome of outcomes) {
    if (outcome !== winner) matches(outcome, { type: 'running', attempt: expected.attempt, fence })
  }
}

/** A call beside claims by strangers, before or after them: what it was told, and how many of them won. */
async function beside(
  scene: StoreScene,
  first: boolean,
  call: () => Promise<boolean>,
): Promise<[told: boolean, won: number]> {
  const early = first ? call() : undefined
  const claiming = claims(scene, 5)
  const told = await (early ?? call())
  const outcomes = await Promise.all(claiming)
  return [told, outcomes.filter(({ type }) => type === 'acquired').length]
}

/** A race has more than one end: it is run on some keys, side by side, with either party first in every other. */
async function inRounds(
  scene: StoreScene,
  run: (at: StoreScene, first: boolean) => Promise<void>,
): Promise<void> {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => round)
  await Promise.all(rounds.map((round) => run(scene.at(`${scene.key}:${round}`), round % 2 === 0)))
}
