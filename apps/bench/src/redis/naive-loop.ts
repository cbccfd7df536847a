import { setTimeout as sleep } from 'node:timers/promises'
import type { Library } from '../work/library'
import { RETENTION_MS } from '../work/retention'
import { connect } from './connect'

const LOCK_MS = 30_000
const POLL_MS = 50

/**
 * What most services write first: look for the answer, take a lock or look again, run, keep the answer, give the lock
 * back. Between a look that finds nothing and the lock, another call may have come and gone: then it runs twice. And
 * whoever deletes the lock does not ask whose it is by now.
 */
export function naiveLoop(url: string): Library {
  return {
    name: 'naive loop (GET, SETNX, SET, DEL)',
    async open() {
      const client = await connect(url)
      return {
        async call(key, handler) {
          const lock = `${key}:lock`
          for (;;) {
            const kept = await client.get(key)
            if (kept !== null) return JSON.parse(kept)
            if ((await client.set(lock, '1', 'PX', LOCK_MS, 'NX')) === 'OK') break
            await sleep(POLL_MS)
          }
          const answer = await handler()
          await client.set(key, JSON.stringify(answer), 'PX', RETENTION_MS)
          await client.del(lock)
          return answer
        },
        close: async () => client.disconnect(),
      }
    },
  }
}
