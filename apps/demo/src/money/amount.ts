import { isLosslessNumber } from 'lossless-json'

/** Money in hundredths of its unit: a whole number, so that no sum is ever rounded. */
export type Cents = bigint

export const MAX_AMOUNT: Cents = 1_000_000_000_000_00n

/** What {@link parseAmount} takes, in words. */
export const AMOUNT_RULE =
  'a positive decimal such as 100.50 or "100.50", with at most two decimals, no exponent, and at most 1000000000000'

const DECIMAL = /^(0|[1-9]\d{0,12})(?:\.(\d{1,2}))?$/

/** Reads a plain decimal; `undefined` for anything else, and for what is not positive or is too large. */
export function parseAmount(text: string): Cents | undefined {
  const [, whole, decimals = ''] = DECIMAL.exec(text) ?? []
  if (whole === undefined) return undefined
  const cents = BigInt(whole + decimals.padEnd(2, '0'))
  return cents > 0n && cents <= MAX_AMOUNT ? cents : undefined
}

/**
 * {@link parseAmount} of a field of JSON. A number counts as it was written: as a float, 0.1 and a great many digits
 * after it would pass for 0.1.
 */
export function parseAmountField(value: unknown): Cents | undefined {
  if (isLosslessNumber(value)) return parseAmount(value.value)
  return typeof value === 'string' ? parseAmount(value) : undefined
}

/** Always two decimals, so that one amount has one text. */
export function formatAmount(cents: Cents): string {
  const digits = cents.toString().padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}
