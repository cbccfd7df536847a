import type { Store, StoredRecord } from '@idem/core'

/** Values come with records, and may be large: few at a time. */
const PAGE = 100

/** All records whose keys begin so, page by page; one may be seen twice. Ends early when the signal fires. */
export async function* walk(
  store: Store,
  beginning: string,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  let cursor: string | undefined
  do {
    const page = await store.list({ prefix: beginning, limit: PAGE, cursor })
    if (signal.aborted) return
    yield page.records
    cursor = page.cursor
  } while (cursor !== undefined && !signal.aborted)
}
