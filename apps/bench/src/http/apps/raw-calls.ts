import type { Redis } from 'ioredis'
import { ANSWER_TEXT } from '../../work/answer'
import { RETENTION_MS } from '../../work/retention'

const LEASE_MS = 30_000
const RUNNING = 'running'

/**
 * The two calls around a handler without which no request can be protected: one that claims the key, or finds what was
 * kept, and one that keeps the answer. A floor, and no middleware: no owner is checked, nothing is compared.
 */
export function rawCalls(client: Redis) {
  return async (key: string) => {
    const kept = await client.set(key, RUNNING, 'PX', LEASE_MS, 'NX', 'GET')
    if (kept === RUNNING) throw new Error('the key is taken')
    return { kept, keep: () => client.set(key, ANSWER_TEXT, 'PX', RETENTION_MS) }
  }
}
