import { Idem, type Store } from '@idem/core'

/** Where the page of one namespace ends, and which one it is; a store's cursor is text without line breaks, or none. */
const cursorOf = (at: number, cursor = ''): string => `${at}\n${cursor}`

/** The records of several namespaces, page by page, one namespace after the other. */
export function allRecords(store: Store, namespaces: readonly string[]): Pick<Idem, 'page'> {
  const idems = namespaces.map((namespace) => new Idem({ store, namespace }))
  return {
    async page({ cursor = cursorOf(0), ...query } = {}) {
      const end = cursor.indexOf('\n')
      const at = Number(cursor.slice(0, end))
      const page = await (idems[at] as Idem).page({ ...query, cursor: cursor.slice(end + 1) || undefined })
      if (page.cursor !== undefined) return { ...page, cursor: cursorOf(at, page.cursor) }
      return at + 1 < idems.length ? { ...page, cursor: cursorOf(at + 1) } : page
    },
  }
}
