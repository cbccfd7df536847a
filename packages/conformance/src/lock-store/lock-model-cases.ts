import { deepStrictEqual } from 'node:assert/strict'
import fc, { type Arbitrary } from 'fast-check'
import type { CaseGroup } from '../suite/conformance-case'
import { between } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import type { LockScene } from './lock-scene'

type Operation =
  | { readonly call: 'acquire' | 'extend'; readonly owner: number; readonly ttlMs: number }
  | { readonly call: 'release' | 'isHeld'; readonly owner: number }
  | { readonly call: 'pass' }

const OWNERS = ['one', 'two', 'three']

/** Random sequences of calls on one name, answered by the store as by the contract. */
export const lockModelCases: CaseGroup<LockScene> = {
  about: 'model',
  cases: [
    {
      name: 'answers any sequence of calls as the contract says',
      async run(scene) {
        const { seed, runs } = scene.terms.property ?? {}
        const numRuns = runs ?? (scene.time.movable ? 300 : 10)
        const property = fc.asyncProperty(sequences(), (sequence) =>
          trial(scene.at(`conformance:${scene.token()}`), sequence),
        )
        await fc.assert(property, { numRuns, ...(seed !== undefined && { seed }) })
      },
    },
  ],
}

function sequences(): Arbitrary<Operation[]> {
  const owner = fc.nat(OWNERS.length - 1)
  const taking = fc.record({
    call: fc.constantFrom('acquire' as const, 'acquire' as const, 'extend' as const),
    owner,
    ttlMs: fc.constantFrom(BRIEF, LONG, LONG, LONG),
  })
  const others = fc.record({ call: fc.constantFrom('release' as const, 'isHeld' as const), owner })
  const passing = fc.constant({ call: 'pass' as const })
  const operation = fc.oneof(
    { weight: 6, arbitrary: taking },
    { weight: 4, arbitrary: others },
    { weight: 1, arbitrary: passing },
  )
  return fc.array(operation, { minLength: 1, maxLength: 20 })
}

/** Time only passes in steps in which what is brief ends, and at once after asking for it. */
async function trial(scene: LockScene, sequence: readonly Operation[]): Promise<void> {
  let holder: { owner: string; fence: number; brief: boolean } | undefined
  let lastFence = 0
  const end = async (): Promise<void> => {
    await pass(scene.time)
    if (holder?.brief) holder = undefined
  }
  for (const operation of sequence) {
    if (operation.call === 'pass') {
      await end()
      continue
    }
    const owner = OWNERS[operation.owner] ?? ''
    const mine = holder?.owner === owner
    switch (operation.call) {
      case 'acquire': {
        const outcome = await scene.acquire({ owner, ttlMs: operation.ttlMs })
        deepStrictEqual(outcome.acquired, holder === undefined || mine)
        if (!outcome.acquired) break
        if (holder !== undefined) deepStrictEqual(outcome.fence, holder.fence)
        else between(lastFence + 1, outcome.fence, 2 ** 53 - 1, 'the fence of a new holder')
        lastFence = outcome.fence
        holder = { owner, fence: outcome.fence, brief: operation.ttlMs === BRIEF }
        break
      }
      case 'extend':
        deepStrictEqual(await scene.extend(owner, operation.ttlMs), mine)
        if (holder !== undefined && mine) holder = { ...holder, brief: operation.ttlMs === BRIEF }
        break
      case 'release':
        deepStrictEqual(await scene.release(owner), mine)
        if (mine) holder = undefined
        break
      case 'isHeld':
        deepStrictEqual(await scene.isHeld(owner), mine)
        deepStrictEqual(await scene.isHeld(), holder !== undefined)
    }
    if (holder?.brief) await end()
  }
}
