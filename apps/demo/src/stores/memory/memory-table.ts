import { type IdRange, inOrder } from '../id-range'
import { type JsonRow, type JsonRows, jsonTables } from '../json-table'
import type { Tables } from '../table'

/** Tables in this process. */
export function memoryTables(): Tables {
  const tables = new Map<string, MemoryRows>()
  return jsonTables((name) => {
    const rows = tables.get(name) ?? new MemoryRows()
    tables.set(name, rows)
    return rows
  })
}

class MemoryRows implements JsonRows {
  readonly #rows = new Map<string, JsonRow>()

  async get(id: string): Promise<JsonRow | undefined> {
    return this.#rows.get(id)
  }

  async insert(id: string, json: string): Promise<boolean> {
    if (this.#rows.has(id)) return false
    this.#rows.set(id, { json, version: 1 })
    return true
  }

  async replace(id: string, version: number, json: string): Promise<boolean> {
    if (this.#rows.get(id)?.version !== version) return false
    this.#rows.set(id, { json, version: version + 1 })
    return true
  }

  async list({ prefix, after, limit }: IdRange) {
    return [...this.#rows]
      .filter(([id]) => id.startsWith(prefix) && inOrder(after, id) < 0)
      .sort(([one], [other]) => inOrder(one, other))
      .slice(0, limit)
      .map(([id, row]) => ({ id, ...row }))
  }
}
