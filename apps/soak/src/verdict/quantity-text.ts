import type { Quantity } from './quantities'

/** A quantity for people, as exact as they want to know it. */
export function quantityText(value: number, unit: Quantity['unit'] | 'ms'): string {
  if (unit === 'ms') return `${rounded(value)} ms`
  if (unit === 'count' || value === 0) return rounded(value)
  return Math.abs(value) < 2 ** 20 ? `${rounded(value / 2 ** 10)} KiB` : `${rounded(value / 2 ** 20)} MiB`
}

function rounded(value: number): string {
  const digits = Math.abs(value) < 10 ? 1 : 0
  return value.toLocaleString('en-US', { maximumFractionDigits: digits }).replace(/^-0$/, '0')
}
