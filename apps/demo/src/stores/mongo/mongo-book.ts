import { Idem, StoreError } from '@idem/core'
import type { MongoStore } from '@idem/mongo'
import { type Collection, type Db, Decimal128 } from 'mongodb'
import type { Receipt } from '../../payment/charge-card'
import type { BookEntry, BookPage, PaymentBook } from '../../payment/payment-book'
import { type PaymentDocument, paymentsOf } from './collections'

/** How many entries are read at a time; all are counted. */
const SHOWN = 100

/** The book as a collection beside the records: an entry and the record of it commit together. */
export class MongoBook implements PaymentBook {
  readonly #payments: Collection<PaymentDocument>
  readonly #idem

  constructor(db: Db, store: MongoStore) {
    this.#payments = paymentsOf(db)
    // A namespace of its own: these records are not those of payments that clients ask for.
    this.#idem = new Idem({ store, namespace: 'book', retention: Number.POSITIVE_INFINITY })
  }

  /** One transaction: the claim of the token, the document, and the receipt. A crash leaves all of it, or nothing. */
  enter(token: string, receipt: Receipt): Promise<Receipt> {
    const { amount, user_id } = receipt
    return this.#idem.transaction(
      token,
      async ({ tx }) => {
        const payment = {
          _id: token,
          ...receipt,
          amount: Decimal128.fromString(amount),
          paid_at: new Date(),
        }
        await this.#payments.insertOne(payment, { session: tx })
        return receipt
      },
      { name: 'payment', fingerprint: { amount, user_id } },
    )
  }

  async read(token?: string): Promise<BookPage> {
    const wanted = token === undefined ? {} : { _id: token }
    try {
      const [count, found] = await Promise.all([
        this.#payments.countDocuments(wanted),
        this.#payments.find(wanted).sort({ paid_at: -1 }).limit(SHOWN).toArray(),
      ])
      return { count, entries: found.map(entryOf) }
    } catch (cause) {
      throw new StoreError('the book of payments cannot be read', { cause })
    }
  }
}

function entryOf({ _id: token, paid_at: paidAt, amount, ...receipt }: PaymentDocument): BookEntry {
  return { token, ...receipt, amount: amount.toString(), paidAt }
}
