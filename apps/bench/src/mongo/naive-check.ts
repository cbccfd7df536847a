import { MongoServerError } from 'mongodb'
import type { Library } from '../work/library'
import { collectionsOf } from './collections'
import { openClient } from './open-client'
import type { MongoPlace } from './server'

const DUPLICATE = 11_000

/**
 * What most services write first: look for the answer, run, keep the answer, and let the unique key settle who was first. By
 * then everybody has run.
 */
export function naiveCheck({ url }: MongoPlace): Library {
  return {
    name: 'naive check (findOne, insertOne)',
    async open() {
      const client = openClient(url)
      const { raw } = collectionsOf(client.db())
      return {
        async call(key, handler) {
          const found = await raw.findOne({ _id: key })
          if (found?.answer !== undefined) return JSON.parse(found.answer)
          const answer = await handler()
          try {
            await raw.insertOne({ _id: key, state: 'succeeded', answer: JSON.stringify(answer) })
          } catch (error) {
            if (!(error instanceof MongoServerError && error.code === DUPLICATE)) throw error
          }
          return answer
        },
        close: () => client.close(),
      }
    },
  }
}
