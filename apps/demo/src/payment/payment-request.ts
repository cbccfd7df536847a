import { isLosslessNumber } from 'lossless-json'
import { BadRequestError } from '../http/bad-request-error'
import { Fields, isPrintable, NAME_RULE, parseName, shown } from '../http/fields'
import { AMOUNT_RULE, type Cents, parseAmount } from '../money/amount'

/** A payment as a client asks for it. */
export interface PaymentRequest {
  /** Names the payment: sent again, it is the same payment. */
  readonly token: string
  readonly amount: Cents
  readonly userId: string
  readonly description: string
}

const MAX_DESCRIPTION = 500

/** @throws BadRequestError that tells everything that is wrong with the body */
export function readPaymentRequest(body: unknown): PaymentRequest {
  if (!isObject(body)) {
    throw new BadRequestError([{ field: 'body', expected: 'a JSON object', got: shown(body) }])
  }
  const fields = new Fields(body)
  const token = fields.read('idempotent_token', NAME_RULE, parseName)
  const amount = fields.read('amount', AMOUNT_RULE, amountField)
  const userId = fields.read('user_id', NAME_RULE, parseName)
  const description = fields.read(
    'description',
    `text of at most ${MAX_DESCRIPTION} characters, without control characters, or nothing`,
    descriptionField,
  )
  if (token === undefined || amount === undefined || userId === undefined || description === undefined) {
    return fields.refuse()
  }
  return { token, amount, userId, description }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
}

/** A number counts as it was written: as a float, 0.1 and a great many digits after it would pass for 0.1. */
function amountField(value: unknown): Cents | undefined {
  if (isLosslessNumber(value)) return parseAmount(value.value)
  return typeof value === 'string' ? parseAmount(value) : undefined
}

function descriptionField(value: unknown): string | undefined {
  if (value === undefined || value === null) return ''
  return isPrintable(value, MAX_DESCRIPTION) ? value : undefined
}
