import type { Context } from 'hono'
import { answer } from '../http/answer'
import { Fields, NAME_RULE, parseName } from '../http/fields'
import type { Route } from '../http/route'
import type { ServiceEnv } from '../http/service-env'
import type { BookEntry, PaymentBook } from './payment-book'

/** Lets anybody look into the table of payments, to see that there is one row where there was one charge. */
export function bookRoutes(book: PaymentBook): Route[] {
  return [
    {
      method: 'GET',
      path: '/payment/book',
      query: '?token=',
      does: 'the rows of the payments table',
      handle: entries,
    },
  ]

  async function entries(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const token = fields.read('token', `${NAME_RULE}, or nothing`, (text) =>
      text === undefined ? null : parseName(text),
    )
    if (token === undefined) return fields.refuse()
    const { count, entries } = await book.read(token ?? undefined)
    return answer(c, 200, {
      status: 'SUCCESS',
      message: count === 1 ? '1 payment' : `${count} payments`,
      count,
      payments: entries.map(shownEntry),
    })
  }
}

function shownEntry({ token, paidAt, ...receipt }: BookEntry) {
  return { idempotent_token: token, ...receipt, paid_at: paidAt.toISOString() }
}
