import { Idem, StoreError } from '@idem/core'
import type { Redis } from 'ioredis'
import { expect } from 'vitest'
import { RedisStore } from '../../src/index'

export interface BrokenServer {
  /** Of the caller. */
  readonly client: Redis
  /** What the error says, and what to do about it. */
  readonly says: RegExp
  /** What its cause says. */
  readonly cause: RegExp
  /** Brings the server into the state; the key is the one that will be asked for. */
  readonly spoil: (key: string) => Promise<unknown>
  readonly heal: (key: string) => Promise<unknown>
  readonly storeTimeout?: number
}

let keys = 0

/**
 * A call to a server in that state ends with a `StoreError` that says what to do, without running anything, and leaves no
 * listener behind; once the server is well again the same key runs exactly once.
 *
 * Rejections that nobody handles fail the run by themselves: vitest sees to it.
 */
export async function failsAndRecovers(broken: BrokenServer): Promise<void> {
  const { client, says, cause, spoil, heal, storeTimeout = 1000 } = broken
  const store = new RedisStore(client)
  const idem = new Idem({ store, storeTimeout })
  // While the server is well, it may take its time.
  const patient = new Idem({ store, storeTimeout: '10s' })
  const key = `broken ${++keys}`
  const stored = `idem:::${key}`
  let runs = 0
  const run = (by: Idem) => by.run(key, async () => ++runs)
  await patient.run(`${key} before`, async () => 1)
  const events = ['error', 'close', 'ready', 'end', 'message']
  const listeners = () => events.map((event) => client.listenerCount(event))
  const before = listeners()

  await spoil(stored)
  const error: unknown = await run(idem).catch((thrown: unknown) => thrown)
  const runsMeanwhile = runs
  await heal(stored)
  expect(error).toBeInstanceOf(StoreError)
  expect((error as StoreError).message).toMatch(says)
  expect(rootOf(error)).toMatch(cause)
  expect(runsMeanwhile).toBe(0)

  expect(await run(patient)).toBe(1)
  expect(await run(patient)).toBe(1)
  expect(runs).toBe(1)
  expect(listeners()).toEqual(before)
}

/** What the last of a chain of causes says. */
function rootOf(error: unknown): string {
  let root = error
  while (root instanceof Error && root.cause !== undefined) root = root.cause
  expect(root).not.toBe(error)
  return root instanceof Error ? root.message : String(root)
}
