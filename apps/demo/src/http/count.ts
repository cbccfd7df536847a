import { isLosslessNumber } from 'lossless-json'

/** How a number of things is read. */
export interface Count {
  /** What is taken, in words. */
  readonly rule: string
  /** From the digits that were sent in a body. */
  readonly read: (value: unknown) => number | undefined
  readonly readDigits: (digits: string) => number | undefined
}

/** A whole number from 1 to `most`, written plainly: no sign, no exponent, no zeros in front. */
export function countUpTo(most: number): Count {
  const readDigits = (digits: string) => {
    const isCount = /^[1-9]\d*$/.test(digits) && Number(digits) <= most
    return isCount ? Number(digits) : undefined
  }
  return {
    rule: `a whole number from 1 to ${most}`,
    read: (value) => (isLosslessNumber(value) ? readDigits(value.value) : undefined),
    readDigits,
  }
}

/** Of goods, of coupons. */
export const QUANTITY = countUpTo(100_000)
