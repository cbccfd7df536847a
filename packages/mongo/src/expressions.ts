/** A pipeline, as updates take it. */
export type Update = Record<string, unknown>[]

/** The server's clock, at one moment for all of a command. */
export const NOW = '$$NOW'

/** A value that is nothing but a value, whatever it begins with. */
export const literal = (value: unknown): unknown => ({ $literal: value })

/**
 * A fence greater than that of the document, and not behind the server's clock in microseconds. Dates have milliseconds:
 * whatever is left of an earlier document is what makes two attempts of one millisecond differ.
 */
export const NEXT_FENCE = {
  $max: [{ $add: [{ $ifNull: ['$fence', 0] }, 1] }, { $multiply: [{ $toLong: NOW }, 1000] }],
}

/**
 * Conditions of filters: whether the moment of a field is still to come, or is not. Said so that an index of the field is no
 * candidate: it is the key that finds a document.
 */
export const isAhead = (field: string): unknown => ({ $not: [{ $lte: [field, NOW] }] })
export const isPast = (field: string): unknown => ({ $not: [{ $gt: [field, NOW] }] })

/** The result of the first condition that holds, or else what the document is, which writes nothing. */
export function orAsItIs(...cases: readonly (readonly [condition: unknown, result: unknown])[]): unknown {
  return cases.reduceRight<unknown>(
    (otherwise, [condition, result]) => ({ $cond: [condition, result, otherwise] }),
    '$$ROOT',
  )
}
