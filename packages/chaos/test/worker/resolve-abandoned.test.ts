import { InProgressError, StoreError } from '@idem/core'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../../src/worker/call'
import { resolveAbandoned } from '../../src/worker/resolve-abandoned'
import type { KeyPlan } from '../../src/workload/workload'

const plan = { key: 'key-0', onAbandoned: 'reject', fillerBytes: 0 } as KeyPlan

/** Looks at a record that is abandoned; `resolve` is what becomes of settling it. */
async function resolved(resolve: () => Promise<boolean>): Promise<string[]> {
  const told: string[] = []
  const idem = { inspect: async () => ({ state: 'abandoned' }), resolve }
  const log = { add: ({ type }: { type: string }) => void told.push(type), now: () => 1 }
  await resolveAbandoned({ idem, log, life: '0.1' } as unknown as Caller, plan)
  return told
}

describe('resolveAbandoned', () => {
  it('settles by hand what its policy leaves abandoned', async () => {
    expect(await resolved(async () => true)).toEqual(['resolving', 'resolved'])
  })

  it('leaves a key alone whose owner was only late, or whose store is away', async () => {
    expect(await resolved(() => Promise.reject(new InProgressError('it runs', 100)))).toEqual(['resolving'])
    expect(await resolved(() => Promise.reject(new StoreError('away')))).toEqual(['resolving'])
  })

  it('hides no other error', async () => {
    await expect(resolved(() => Promise.reject(new TypeError('broken')))).rejects.toThrow('broken')
  })
})
