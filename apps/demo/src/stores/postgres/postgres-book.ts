import { Idem, StoreError } from '@idem/core'
import type { PostgresStore } from '@idem/postgres'
import type { Pool } from 'pg'
import type { Receipt } from '../../payment/charge-card'
import type { BookEntry, BookPage, PaymentBook } from '../../payment/payment-book'
import { SCHEMA } from './schema'

/** How many entries are read at a time; all are counted. */
const SHOWN = 100

/** The book as a table beside the records: an entry and the record of it commit together. */
export class PostgresBook implements PaymentBook {
  readonly #pool: Pool
  readonly #idem

  constructor(pool: Pool, store: PostgresStore) {
    this.#pool = pool
    // A namespace of its own: these records are not those of payments that clients ask for.
    this.#idem = new Idem({ store, namespace: 'book', retention: Number.POSITIVE_INFINITY })
  }

  /** One transaction: the claim of the token, the row, and the receipt. A crash leaves all of it, or nothing. */
  enter(token: string, receipt: Receipt): Promise<Receipt> {
    const { order_id, charge_id, amount, user_id, description } = receipt
    return this.#idem.transaction(
      token,
      async ({ tx }) => {
        await tx.query(
          `INSERT INTO ${SCHEMA}.payments (token, order_id, charge_id, amount, user_id, description)
           VALUES ($1, $2, $3, $4, $5, $6)`,
          [token, order_id, charge_id, amount, user_id, description],
        )
        return receipt
      },
      { name: 'payment', fingerprint: { amount, user_id } },
    )
  }

  async read(token?: string): Promise<BookPage> {
    try {
      const { rows } = await this.#pool.query<BookEntry & { readonly count: number }>(
        `SELECT token, order_id, charge_id, amount::text, user_id, description, paid_at AS "paidAt",
                (count(*) OVER ())::integer AS count
         FROM ${SCHEMA}.payments WHERE token = $1 OR $1 IS NULL
         ORDER BY paid_at DESC LIMIT ${SHOWN}`,
        [token ?? null],
      )
      const entries = rows.map(({ count: _, ...entry }) => entry)
      return { count: rows[0]?.count ?? 0, entries }
    } catch (cause) {
      throw new StoreError('the book of payments cannot be read', { cause })
    }
  }
}
