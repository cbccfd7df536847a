import type { Contestant } from '../race/contestant'
import { ANSWER_TEXT } from '../work/answer'
import type { KeySource } from '../work/key-source'
import type { Library } from '../work/library'
import { SETTLED, type Settled, settledKeys } from '../work/replay'
import { collectionsOf } from './collections'
import { openClient } from './open-client'
import type { MongoPlace } from './server'

/**
 * The two writes without which no first call can be protected, and nothing else: nobody's answer is read, no owner is
 * checked, no JSON is made, no time is kept. A floor, and no library: it can neither replay nor refuse.
 */
export function rawWrites({ url }: MongoPlace, text = ANSWER_TEXT): Library {
  return {
    name: 'raw insertOne + updateOne',
    async open() {
      const client = openClient(url)
      const { raw } = collectionsOf(client.db())
      return {
        async call(key, handler) {
          await raw.insertOne({ _id: key, state: 'running' })
          const answer = await handler()
          await raw.updateOne({ _id: key }, { $set: { state: 'succeeded', answer: text } })
          return answer
        },
        close: () => client.close(),
      }
    },
  }
}

/** The one read without which nothing can be replayed. */
export function rawReads(
  { url }: MongoPlace,
  keys: KeySource,
  { count, text }: Settled = SETTLED,
): Contestant {
  return {
    name: 'raw findOne',
    async setup() {
      const client = openClient(url)
      const { raw } = collectionsOf(client.db())
      const next = await settledKeys(
        (key) => raw.insertOne({ _id: key, state: 'succeeded', answer: text }),
        keys,
        count,
      )
      return { operation: () => raw.findOne({ _id: next() }), teardown: () => client.close() }
    },
  }
}
