import type { Contestant } from '../race/contestant'
import { ANSWER_TEXT } from '../work/answer'
import type { KeySource } from '../work/key-source'
import type { Library } from '../work/library'
import { SETTLED, type Settled, settledKeys } from '../work/replay'
import { RETENTION_MS } from '../work/retention'
import { connect } from './connect'

const LEASE_MS = 30_000

/**
 * The two writes without which no first call can be protected, and nothing else: nobody's answer is read, no owner is
 * checked, no JSON is made. A floor, and no library: it can neither replay nor refuse.
 */
export function rawWrites(url: string, text = ANSWER_TEXT): Library {
  return {
    name: 'raw SET NX PX + SET PX',
    async open() {
      const client = await connect(url)
      return {
        async call(key, handler) {
          if ((await client.set(key, 'running', 'PX', LEASE_MS, 'NX')) !== 'OK') {
            throw new Error('the key is taken')
          }
          const answer = await handler()
          await client.set(key, text, 'PX', RETENTION_MS)
          return answer
        },
        close: async () => client.disconnect(),
      }
    },
  }
}

/** The one read without which nothing can be replayed. */
export function rawReads(url: string, keys: KeySource, { count, text }: Settled = SETTLED): Contestant {
  return {
    name: 'raw GET',
    async setup() {
      const client = await connect(url)
      const next = await settledKeys((key) => client.set(key, text, 'PX', RETENTION_MS), keys, count)
      return { operation: () => client.get(next()), teardown: async () => client.disconnect() }
    },
  }
}
