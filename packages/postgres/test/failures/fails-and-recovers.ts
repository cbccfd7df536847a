import { Idem, StoreError } from '@idem/core'
import { expect } from 'vitest'
import type { PostgresStore } from '../../src'

export interface BrokenServer {
  /** A store whose server is in trouble by now. */
  readonly broken: PostgresStore
  /** One that sees the same records, when `heal` has resolved. */
  readonly healed: PostgresStore
  /** What the error says, and what to do about it. */
  readonly says: RegExp
  /** The SQLSTATE of its cause. */
  readonly code: string
  readonly heal: () => Promise<unknown>
}

/**
 * A run on a server in trouble ends with a `StoreError` that says what to do, and runs nothing; once the server is well
 * again the key is as if nobody had asked, and runs exactly once.
 */
export async function failsAndRecovers({ broken, healed, says, code, heal }: BrokenServer): Promise<void> {
  const key = crypto.randomUUID()
  let runs = 0
  const run = (store: PostgresStore) => new Idem({ store }).run(key, () => ++runs)

  const error: unknown = await run(broken).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StoreError)
  expect(error).toMatchObject({ message: expect.stringMatching(says), cause: { code } })
  expect(runs).toBe(0)

  await heal()
  expect(await new Idem({ store: healed }).inspect(key)).toBeUndefined()
  expect([await run(healed), await run(healed)]).toEqual([1, 1])
  expect(await new Idem({ store: healed }).inspect(key)).toMatchObject({ state: 'succeeded', attempt: 1 })
}
