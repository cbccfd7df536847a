/*
 * Create an order, once.
 *
 * A form is sent twice: a double click, a reload, a phone that has lost its network and tries again. Were it the client who
 * made up the key, two tabs could have the same one, and nothing would say who may use it. So the shop issues it with the
 * form: a signed token, for one user, for this and nothing else, for a quarter of an hour. The first order that brings it is
 * made; the same order with the same token gets the same answer; another order with it is refused, and so are tokens that are
 * forged, expired, or somebody else's.
 *
 * The record of the token is the first line. The last one is the database: the order's id follows from the token, and ids
 * are unique. An attempt that died after its insert, or whose record is lost, runs again and finds its order there.
 */
import { type Duration, milliseconds } from '@idem/core'
import { idempotency } from '@idem/hono'
import { fromToken, TokenIssuer } from '@idem/token'
import type { Context } from 'hono'
import { answer } from '../http/answer'
import { bodyFields } from '../http/body-fields'
import { QUANTITY } from '../http/count'
import { CURSOR_RULE, decodeCursor, encodeCursor } from '../http/cursor'
import { Fields, NAME_RULE, parseName } from '../http/fields'
import type { ServiceEnv } from '../http/service-env'
import { AMOUNT_RULE, formatAmount, parseAmountField } from '../money/amount'
import { makeOrder, orderPrefix, ordersIn, sameOrder, shownOrder, type Wanted } from './order'
import type { Scenario, Shop } from './scenario'

export interface CreateOrderOptions {
  /** Signs the tokens: at least 32 random bytes, the same in every process. */
  readonly tokenSecret: Uint8Array
  /** How long a token is good for. @defaultValue `'15m'` */
  readonly tokenTtl?: Duration
}

const OPERATION = 'create order'
const PAGE = 100

/** @throws TypeError if an option is wrong */
export function createOrder(
  { idem, tables }: Shop,
  { tokenSecret, tokenTtl = '15m' }: CreateOrderOptions,
): Scenario {
  const tokens = new TokenIssuer({ secret: tokenSecret, ttl: tokenTtl })
  const ttlMs = milliseconds('tokenTtl', tokenTtl)
  const orders = ordersIn(tables)
  const once = idempotency({
    idem,
    name: 'order',
    scope: userOf,
    key: fromToken(tokens, { operation: OPERATION, subject: userOf }),
    // What counts is the order, however it is written. What is wrong with it is told now, before its token is taken.
    fingerprint: (c) => wantedIn(c),
    // With its record gone, a token that is still good would be taken for a new one.
    retention: Math.max(milliseconds('retention', '24h'), ttlMs * 2),
  })
  return {
    routes: [
      {
        method: 'POST',
        path: '/orders/token',
        does: 'a token for one order of the user in X-User',
        handle: issue,
      },
      {
        method: 'POST',
        path: '/orders',
        does: 'order; each token (Idempotency-Key) orders once',
        through: [once],
        handle: create,
      },
      { method: 'GET', path: '/orders', query: '?user=&cursor=', does: 'the orders of a user', handle: list },
      { method: 'GET', path: '/orders/:id', does: 'what has become of an order', handle: show },
    ],
  }

  async function issue(c: Context<ServiceEnv>): Promise<Response> {
    const user = userOf(c)
    const token = await tokens.issue({ subject: user, operation: OPERATION })
    c.header('Cache-Control', 'no-store')
    const message = `A token for one order of ${user}: send it as Idempotency-Key`
    return answer(c, 201, { status: 'SUCCESS', message, token, expires_in: Math.ceil(ttlMs / 1000) })
  }

  async function create(c: Context<ServiceEnv>): Promise<Response> {
    const { attempt, subkey } = c.get('idempotency')
    const user = userOf(c)
    const wanted = await wantedIn(c)
    const id = orderPrefix(user) + subkey('order').slice(0, 24)
    const made = await makeOrder(orders, id, { user, ...wanted })
    if (!sameOrder(made, wanted)) {
      // So only if the record is lost: it would have known before.
      return answer(c, 422, {
        status: 'ERROR',
        message: 'This token has made another order; a new one needs a new token',
      })
    }
    c.get('note').attempt = attempt
    c.header('Location', `/orders/${id}`)
    const message = `Ordered ${made.quantity} of ${made.sku} for ${made.amount}`
    return answer(c, 201, { status: 'SUCCESS', message, order: shownOrder(id, made) })
  }

  async function show(c: Context<ServiceEnv>): Promise<Response> {
    const id = parseName(c.req.param('id'))
    const found = id === undefined ? undefined : await orders.get(id)
    if (id === undefined || found === undefined)
      return answer(c, 404, { status: 'ERROR', message: 'There is no such order' })
    const order = shownOrder(id, found.row)
    return answer(c, 200, { status: 'SUCCESS', message: `The order is ${order.status}`, order })
  }

  async function list(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const user = fields.read('user', NAME_RULE, parseName)
    const after = fields.read('cursor', CURSOR_RULE, (text) =>
      text === undefined ? '' : parseName(decodeCursor(text)),
    )
    if (user === undefined || after === undefined) return fields.refuse()
    const page = await orders.list({ prefix: orderPrefix(user), after, limit: PAGE })
    const last = page.length === PAGE ? page.at(-1) : undefined
    return answer(c, 200, {
      status: 'SUCCESS',
      message: last === undefined ? 'The last page' : 'There may be another page: ask with next_cursor',
      // Two users may have one prefix, however unlikely that is.
      orders: page.filter(({ row }) => row.user === user).map(({ id, row }) => shownOrder(id, row)),
      next_cursor: last === undefined ? null : encodeCursor(last.id),
    })
  }
}

/**
 * Whose request it is. The header stands for a session, as it would be known from a cookie: it is not a part of the order, it
 * is there before the body is read, and what the user types into a form cannot change it.
 */
export function userOf(c: Context): string {
  const fields = new Fields({ 'X-User': c.req.header('X-User') })
  return fields.read('X-User', NAME_RULE, parseName) ?? fields.refuse()
}

/** @throws BadRequestError that tells everything that is wrong with the order */
export async function wantedIn(c: Context): Promise<Wanted> {
  const fields = await bodyFields(c.req)
  const sku = fields.read('sku', NAME_RULE, parseName)
  const quantity = fields.read('quantity', QUANTITY.rule, QUANTITY.read)
  const amount = fields.read('amount', AMOUNT_RULE, parseAmountField)
  if (sku === undefined || quantity === undefined || amount === undefined) return fields.refuse()
  return { sku, quantity, amount: formatAmount(amount) }
}
