import type { RecordQuery, StoredRecord } from '@idem/core'
import type { StoreScene } from './store-scene'

/** More than any walk of a case has: it ends one that goes round in circles. */
const MOST_PAGES = 10_000

/** Walks through all pages of a query. `between` is called between two of them. */
export async function pagesOf(
  scene: StoreScene,
  query: RecordQuery,
  between: () => Promise<void> = async () => {},
): Promise<(readonly StoredRecord[])[]> {
  const pages: (readonly StoredRecord[])[] = []
  let cursor: string | undefined
  do {
    const page = await scene.store.list({ ...query, cursor })
    pages.push(page.records)
    cursor = page.cursor
    if (cursor !== undefined) await between()
    if (pages.length > MOST_PAGES)
      throw new Error(`a walk does not end: ${MOST_PAGES} pages, and still a cursor`)
  } while (cursor !== undefined)
  return pages
}
