/** `12345.6` as `12,346`; small numbers keep two decimals. */
export function amount(figure: number): string {
  return figure >= 100 ? Math.round(figure).toLocaleString('en-US') : figure.toFixed(figure >= 10 ? 1 : 2)
}

/** A ratio, with the decimals that still say something at its size. */
export function ratio(figure: number): string {
  return figure.toFixed(figure >= 100 ? 0 : figure >= 10 ? 1 : 2)
}
