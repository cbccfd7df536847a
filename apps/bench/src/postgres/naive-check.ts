import type { Library } from '../work/library'
import { openPool } from './connect'
import type { PostgresPlace } from './server'

/**
 * What most services write first: look for the answer, run, keep the answer, and let the primary key settle who was
 * first. By then everybody has run.
 */
export function naiveCheck({ url, schema }: PostgresPlace): Library {
  const select = { name: 'naive_select', text: `SELECT answer FROM ${schema}.raw WHERE key = $1` }
  const insert = {
    name: 'naive_insert',
    text: `INSERT INTO ${schema}.raw (key, state, answer) VALUES ($1, 'succeeded', $2) ON CONFLICT DO NOTHING`,
  }
  return {
    name: 'naive check (SELECT, INSERT)',
    async open() {
      const pool = openPool(url)
      return {
        async call(key, handler) {
          const { rows } = await pool.query<{ answer: string }>({ ...select, values: [key] })
          if (rows[0]) return JSON.parse(rows[0].answer)
          const answer = await handler()
          await pool.query({ ...insert, values: [key, JSON.stringify(answer)] })
          return answer
        },
        close: () => pool.end(),
      }
    },
  }
}
