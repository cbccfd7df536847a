import { Fields } from '../http/fields'
import { AMOUNT_RULE, formatAmount, parseAmountField } from '../money/amount'

/** What becomes of a trade, in this order. */
export const TRADE_STATUSES = ['PENDING', 'PAID', 'REFUNDED'] as const

export type TradeStatus = (typeof TRADE_STATUSES)[number]

/** What the payment provider tells of a trade: of each status at least once, in any order. */
export interface Callback {
  /** Names the trade, whatever is told of it. */
  readonly trade_no: string
  readonly order_id: string
  readonly status: TradeStatus
  /** Two decimals. */
  readonly amount: string
  /** The same each time that this status is told. */
  readonly occurred_at: string
}

/** @throws BadRequestError that tells everything that is wrong with the body */
export function readCallback(body: unknown): Callback {
  const fields = Fields.of(body)
  const trade_no = fields.read('trade_no', NUMBER_RULE, parseNumber)
  const order_id = fields.read('order_id', NUMBER_RULE, parseNumber)
  const status = fields.read('status', TRADE_STATUSES.join(' or '), (value) =>
    TRADE_STATUSES.find((known) => known === value),
  )
  const amount = fields.read('amount', AMOUNT_RULE, parseAmountField)
  const occurred_at = fields.read('occurred_at', 'a time such as 2026-01-31T09:30:00Z', parseTime)
  if (!trade_no || !order_id || !status || !amount || !occurred_at) return fields.refuse()
  return { trade_no, order_id, status, amount: formatAmount(amount), occurred_at }
}

const NUMBER_RULE = 'text of 1 to 100 letters, digits, dots, hyphens and underscores'

const parseNumber = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) ? value : undefined

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/

/** In one form, so that a time is the same time however it is written. */
function parseTime(value: unknown): string | undefined {
  if (typeof value !== 'string' || !TIME.test(value)) return undefined
  const time = new Date(value)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
