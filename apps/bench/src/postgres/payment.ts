import type { PoolClient } from 'pg'
import type { Library } from '../work/library'
import { type ProtectedPaymentOptions, protectedPayment } from '../work/protected-payment'
import { openPool } from './connect'
import { openPostgresStore } from './open-postgres-store'
import { ACCOUNTS, type PostgresPlace } from './server'

/** The business: one `INSERT` and one `UPDATE`, from one account after another, so that nobody waits for a row. */
function payments(schema: string): (tx: PoolClient) => Promise<void> {
  const insert = {
    name: 'pay_insert',
    text: `INSERT INTO ${schema}.payments (account, amount) VALUES ($1, $2)`,
  }
  const update = {
    name: 'pay_update',
    text: `UPDATE ${schema}.accounts SET balance = balance - $2 WHERE id = $1`,
  }
  let made = 0
  return async (tx) => {
    const values = [made++ % ACCOUNTS, 1]
    await tx.query({ ...insert, values })
    await tx.query({ ...update, values })
  }
}

/** The business in a transaction of its own, protected by nothing: called twice, it pays twice. */
export function barePayment({ url, schema }: PostgresPlace): Library {
  return {
    name: 'the transaction without idem',
    async open() {
      const pool = openPool(url)
      const pay = payments(schema)
      return {
        async call(_, handler) {
          const tx = await pool.connect()
          let lost = true
          try {
            await tx.query('BEGIN')
            await pay(tx)
            const answer = await handler()
            await tx.query('COMMIT')
            lost = false
            return answer
          } finally {
            tx.release(lost)
          }
        },
        close: () => pool.end(),
      }
    },
  }
}

/**
 * The same business behind a table of keys, as one writes it by hand: whoever cannot insert the key reads the answer. It keeps
 * that answer for ever, and duplicates wait in the database, each with a connection.
 */
export function handmadePayment({ url, schema }: PostgresPlace): Library {
  const insert = {
    name: 'dedup_insert',
    text: `INSERT INTO ${schema}.raw (key, state) VALUES ($1, 'running') ON CONFLICT DO NOTHING`,
  }
  const select = { name: 'dedup_select', text: `SELECT answer FROM ${schema}.raw WHERE key = $1` }
  const update = {
    name: 'dedup_update',
    text: `UPDATE ${schema}.raw SET state = 'succeeded', answer = $2 WHERE key = $1`,
  }
  return {
    name: 'a de-duplication table by hand',
    async open() {
      const pool = openPool(url)
      const pay = payments(schema)
      return {
        async call(key, handler) {
          const tx = await pool.connect()
          let lost = true
          try {
            await tx.query('BEGIN')
            let answer: unknown
            if ((await tx.query({ ...insert, values: [key] })).rowCount === 0) {
              const { rows } = await tx.query<{ answer: string }>({ ...select, values: [key] })
              answer = JSON.parse(rows[0]?.answer ?? 'null')
            } else {
              await pay(tx)
              answer = await handler()
              await tx.query({ ...update, values: [key, JSON.stringify(answer)] })
            }
            await tx.query('COMMIT')
            lost = false
            return answer
          } finally {
            tx.release(lost)
          }
        },
        close: () => pool.end(),
      }
    },
  }
}

/** The same business in the transaction that idem opens, which commits the record with it. */
export function idemPayment(place: PostgresPlace, options: ProtectedPaymentOptions): Library {
  return protectedPayment(async () => {
    const { store, close } = await openPostgresStore(place)
    return { store, pay: payments(place.schema), close }
  }, options)
}
