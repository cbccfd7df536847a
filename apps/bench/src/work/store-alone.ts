import { randomUUID } from 'node:crypto'
import type { Claim } from '@idem/core'
import type { OpenedStore } from './idem'
import type { Library } from './library'

const DAY_MS = 24 * 60 * 60 * 1000

/** What the engine asks of a store for a call without a payload. */
export const terms: Omit<Claim, 'key' | 'owner'> = {
  leaseMs: 30_000,
  keepMs: DAY_MS,
  maxAttempts: Number.POSITIVE_INFINITY,
  onAbandoned: 'takeover',
}

/** A store without the engine: claim, and complete if it was acquired. What is lost to the engine shows beside it. */
export function storeAlone(name: string, openStore: () => Promise<OpenedStore>): Library {
  return {
    name,
    async open() {
      const { store, close } = await openStore()
      return {
        close,
        async call(idempotencyKey, handler) {
          const key = `idem:::${idempotencyKey}`
          const owner = randomUUID()
          const outcome = await store.claim({ key, owner, ...terms })
          if (outcome.type === 'settled') return JSON.parse(outcome.value ?? 'null')
          if (outcome.type !== 'acquired') throw new Error(`the key is ${outcome.type}`)
          const answer = await handler()
          const value = JSON.stringify(answer)
          if (!(await store.complete({ key, owner, value, retentionMs: DAY_MS, tombstoneMs: 0 }))) {
            throw new Error('the store gave the key to somebody else')
          }
          return answer
        },
      }
    },
  }
}
