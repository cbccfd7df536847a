import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LockStore } from '@idem/core'

const WAIT_MS = 3000
const LOOK_EVERY_MS = 50

/**
 * A lock as it is often written: tried for 3 s, held for a fixed time, and released by its owner only. Answers with what
 * releases it, or with `undefined` if somebody else held it all the time.
 */
export async function simpleLock(
  locks: LockStore,
  name: string,
  ttlMs: number,
  signal: AbortSignal,
): Promise<(() => Promise<unknown>) | undefined> {
  const owner = randomUUID()
  const until = performance.now() + WAIT_MS
  while (performance.now() < until) {
    const { acquired } = await locks.acquire({ name, owner, ttlMs })
    if (acquired) return () => locks.release({ name, owner })
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
  return undefined
}
