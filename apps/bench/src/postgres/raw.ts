import type { Contestant } from '../race/contestant'
import { ANSWER_TEXT } from '../work/answer'
import type { KeySource } from '../work/key-source'
import type { Library } from '../work/library'
import { SETTLED, type Settled, settledKeys } from '../work/replay'
import { openPool } from './connect'
import type { PostgresPlace } from './server'

/** Prepared once on each connection, as all statements here. */
const statements = (schema: string) => ({
  insert: {
    name: 'raw_insert',
    text: `INSERT INTO ${schema}.raw (key, state) VALUES ($1, 'running') ON CONFLICT DO NOTHING`,
  },
  update: {
    name: 'raw_update',
    text: `UPDATE ${schema}.raw SET state = 'succeeded', answer = $2 WHERE key = $1`,
  },
  select: { name: 'raw_select', text: `SELECT state, answer FROM ${schema}.raw WHERE key = $1` },
})

/**
 * The two writes without which no first call can be protected, and nothing else: nobody's answer is read, no owner is
 * checked, no JSON is made, no time is kept. A floor, and no library: it can neither replay nor refuse.
 */
export function rawWrites({ url, schema }: PostgresPlace, text = ANSWER_TEXT): Library {
  const { insert, update } = statements(schema)
  return {
    name: 'raw INSERT + UPDATE',
    async open() {
      const pool = openPool(url)
      return {
        async call(key, handler) {
          const { rowCount } = await pool.query({ ...insert, values: [key] })
          if (rowCount !== 1) throw new Error('the key is taken')
          const answer = await handler()
          await pool.query({ ...update, values: [key, text] })
          return answer
        },
        close: () => pool.end(),
      }
    },
  }
}

/** The one read without which nothing can be replayed. */
export function rawReads(
  { url, schema }: PostgresPlace,
  keys: KeySource,
  { count, text }: Settled = SETTLED,
): Contestant {
  const { insert, update, select } = statements(schema)
  return {
    name: 'raw SELECT',
    async setup() {
      const pool = openPool(url)
      const next = await settledKeys(
        async (key) => {
          await pool.query({ ...insert, values: [key] })
          await pool.query({ ...update, values: [key, text] })
        },
        keys,
        count,
      )
      return {
        operation: async () => (await pool.query({ ...select, values: [next()] })).rows[0],
        teardown: () => pool.end(),
      }
    },
  }
}
