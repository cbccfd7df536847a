import { Idempotency, type IdempotencyOptions } from '@node-idempotency/core'
import { MemoryStorageAdapter } from '@node-idempotency/storage-adapter-memory'
import { RedisStorageAdapter } from '@node-idempotency/storage-adapter-redis'
import { type Handler, PAYLOAD } from '../work/answer'
import type { Library } from '../work/library'

type Adapter = ConstructorParameters<typeof Idempotency>[0]

/**
 * Its Redis adapter, on the node-redis 4 that the adapter brings. All options are its defaults (answers are kept for 24
 * hours, a call that is running refuses others) but for `wait`: then duplicates look every 100 ms (`pollingIntervalMs`)
 * for up to 5 s (`maxWaitMs`), also its defaults.
 */
export function nodeIdempotency(url: string, { wait = false } = {}): Library {
  const options: IdempotencyOptions = wait ? { inProgressStrategy: { wait } } : {}
  return {
    name: wait ? 'node-idempotency, waiting' : 'node-idempotency',
    async open() {
      const adapter = new RedisStorageAdapter({ url })
      await adapter.connect()
      const idempotency = new Idempotency(adapter, options)
      return {
        call: (key, handler) => callThrough(idempotency, key, handler),
        close: () => adapter.disconnect(),
      }
    },
  }
}

/** Its memory adapter, which keeps every key for as long as it lives. */
export function nodeIdempotencyInMemory(): Library {
  const fresh = () => new Idempotency(new MemoryStorageAdapter() satisfies Adapter)
  return {
    name: 'node-idempotency, memory adapter',
    async open() {
      let idempotency = fresh()
      return {
        call: (key, handler) => callThrough(idempotency, key, handler),
        clear() {
          idempotency = fresh()
        },
        close: async () => {},
      }
    },
  }
}

/**
 * As its README has it: `onRequest` before the work, whose answer is the kept one if there is one; `onResponse` with the
 * answer afterwards. It fingerprints the `body`, in both calls.
 */
async function callThrough(idempotency: Idempotency, key: string, handler: Handler): Promise<unknown> {
  const request = { method: 'POST', path: '/charge', headers: { 'idempotency-key': key }, body: PAYLOAD }
  const kept = await idempotency.onRequest(request)
  if (kept) return kept.body
  const body = await handler()
  await idempotency.onResponse(request, { body })
  return body
}
