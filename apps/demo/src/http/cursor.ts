import { StoreError } from '@idem/core'
import { BadRequestError } from './bad-request-error'

/** What {@link decodeCursor} takes, in words. */
export const CURSOR_RULE = 'the next_cursor of the page before'

/** Tells our cursors from any other text that happens to be base64. */
const MARK = 'after:'

/** A store's cursor in a form that stands in a URL as it is, and shows nothing of how the store works. */
export function encodeCursor(cursor: string): string {
  return Buffer.from(MARK + cursor).toString('base64url')
}

/** `undefined` if the text is no cursor of ours. */
export function decodeCursor(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const cursor = Buffer.from(text, 'base64url').toString().slice(MARK.length)
  return encodeCursor(cursor) === text ? cursor : undefined
}

/**
 * What is asked for with a cursor. Only the store knows its own from others that look like them: one that it does not take
 * for a cursor is a fault of the request, and not of the store.
 *
 * @throws BadRequestError if the store refuses the cursor
 */
export async function pageAfter<Page>(cursor: string | null, ask: () => Promise<Page>): Promise<Page> {
  try {
    return await ask()
  } catch (error) {
    if (cursor === null || !(error instanceof StoreError && error.cause instanceof TypeError)) throw error
    throw new BadRequestError([{ field: 'cursor', expected: CURSOR_RULE, got: 'another' }])
  }
}
