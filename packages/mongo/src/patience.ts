import type { Place } from './options'

/** How long a claim, or a batch, waits in the server for a transaction that has written one of its records and is still open. */
export const PATIENCE_MS = 1000

/**
 * How long a write on a record waits for such a transaction, and for a majority. Without a limit the server would let it
 * wait, and keep its connection, for as long as a transaction may be open.
 */
export const atMost = ({ wtimeoutMs }: Place): { readonly maxTimeMS: number } => ({
  maxTimeMS: wtimeoutMs + PATIENCE_MS,
})
