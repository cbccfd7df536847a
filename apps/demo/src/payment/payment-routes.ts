import { preferredWait } from '@idem/core/http'
import type { Context } from 'hono'
import { answer } from '../http/answer'
import { CURSOR_RULE, decodeCursor, encodeCursor, pageAfter } from '../http/cursor'
import { Fields, NAME_RULE, parseName } from '../http/fields'
import { readJson } from '../http/json-body'
import type { Report } from '../http/report'
import type { Route } from '../http/route'
import type { ServiceEnv } from '../http/service-env'
import { SIMULATIONS, type Simulation } from './charge-card'
import type { PaymentRecord } from './payment-record'
import { readPaymentRequest } from './payment-request'
import type { PaymentService } from './payment-service'

/** Longer than this no request waits, whatever the client prefers. */
const MAX_WAIT_SECONDS = 30

const MESSAGES: Record<PaymentRecord['status'], string> = {
  PROCESSING: 'The payment is running',
  SUCCESS: 'The payment went through',
  FAILED: 'The payment failed; the same token may be tried again',
  UNKNOWN: 'Nobody knows how the last attempt ended; the same token may be tried again',
}

/**
 * The routes ask the engine themselves, not through `idempotency` of `@idem/hono`: what is recorded is a receipt, which the
 * status and the list of records are told from, and not the bytes of an answer, each of which has a request id of its own.
 */
export function paymentRoutes(payments: PaymentService, report: Report): Route[] {
  return [
    { method: 'POST', path: '/payment', does: 'pay; the same idempotent_token pays once', handle: pay },
    {
      method: 'GET',
      path: '/payment/status',
      query: '?token=',
      does: 'what became of a token',
      handle: status,
    },
    {
      method: 'GET',
      path: '/payment/records',
      query: '?limit=&cursor=',
      does: 'all records',
      handle: records,
    },
  ]

  async function pay(c: Context<ServiceEnv>): Promise<Response> {
    const request = readPaymentRequest(await readJson(c.req))
    c.get('note').token = request.token
    const simulation = readSimulation(c)
    const waitSeconds = Math.min(preferredWait(c.req.header('Prefer')), MAX_WAIT_SECONDS)
    if (waitSeconds > 0) c.header('Preference-Applied', `wait=${waitSeconds}`)

    const { receipt, outcome, attempt, unsettled } = await payments.pay(request, { waitSeconds, simulation })

    Object.assign(c.get('note'), { outcome, attempt })
    if (unsettled !== undefined) report(unsettled, c.get('requestId'))
    if (outcome === 'replayed' || outcome === 'shared') c.header('Idempotency-Replayed', 'true')
    const message = `Paid ${receipt.amount} for ${receipt.user_id}`
    return answer(c, 200, { status: 'SUCCESS', message, order_id: receipt.order_id })
  }

  async function status(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const token = fields.read('token', NAME_RULE, parseName) ?? fields.refuse()
    c.get('note').token = token
    const record = await payments.find(token)
    if (record === undefined) {
      return answer(c, 404, { status: 'ERROR', message: 'No payment is known under this token' })
    }
    const { status, ...details } = record
    return answer(c, 200, { status, message: MESSAGES[status], ...details })
  }

  async function records(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const limit = fields.read('limit', 'a whole number from 1 to 100', parseLimit)
    const cursor = fields.read('cursor', CURSOR_RULE, (text) =>
      text === undefined ? null : decodeCursor(text),
    )
    if (limit === undefined || cursor === undefined) return fields.refuse()
    const page = await pageAfter(cursor, () => payments.page(limit, cursor ?? undefined))
    return answer(c, 200, {
      status: 'SUCCESS',
      message: page.cursor === undefined ? 'The last page' : 'There is another page: ask with next_cursor',
      records: page.records,
      next_cursor: page.cursor === undefined ? null : encodeCursor(page.cursor),
    })
  }
}

function readSimulation(c: Context<ServiceEnv>): Simulation | undefined {
  const wanted = c.req.header('Simulate')
  if (wanted === undefined) return undefined
  const fields = new Fields({ Simulate: wanted })
  return (
    fields.read('Simulate', SIMULATIONS.join(' or '), (text) =>
      SIMULATIONS.find((known) => known === text),
    ) ?? fields.refuse()
  )
}

function parseLimit(value: unknown = '20'): number | undefined {
  return typeof value === 'string' && /^([1-9]\d?|100)$/.test(value) ? Number(value) : undefined
}
