import { Fields, isPrintable, NAME_RULE, parseName } from '../http/fields'
import { AMOUNT_RULE, type Cents, parseAmountField } from '../money/amount'

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
  const fields = Fields.of(body)
  const token = fields.read('idempotent_token', NAME_RULE, parseName)
  const amount = fields.read('amount', AMOUNT_RULE, parseAmountField)
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

function descriptionField(value: unknown): string | undefined {
  if (value === undefined || value === null) return ''
  return isPrintable(value, MAX_DESCRIPTION) ? value : undefined
}
