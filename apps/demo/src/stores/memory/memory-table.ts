import type { Listed, Table, TableQuery, Tables, Versioned } from '../table'

interface Kept {
  readonly json: string
  readonly version: number
}

/** Tables in this process. */
export function memoryTables(): Tables {
  const tables = new Map<string, Map<string, Kept>>()
  return <Row>(name: string): Table<Row> => {
    const rows = tables.get(name) ?? new Map<string, Kept>()
    tables.set(name, rows)
    return new MemoryTable<Row>(rows)
  }
}

class MemoryTable<Row> implements Table<Row> {
  readonly #rows: Map<string, Kept>

  constructor(rows: Map<string, Kept>) {
    this.#rows = rows
  }

  async get(id: string): Promise<Versioned<Row> | undefined> {
    const kept = this.#rows.get(id)
    return kept && shown(kept)
  }

  async insert(id: string, row: Row): Promise<boolean> {
    if (this.#rows.has(id)) return false
    this.#rows.set(id, { json: JSON.stringify(row), version: 1 })
    return true
  }

  async replace(id: string, version: number, row: Row): Promise<boolean> {
    if (this.#rows.get(id)?.version !== version) return false
    this.#rows.set(id, { json: JSON.stringify(row), version: version + 1 })
    return true
  }

  async list({ prefix = '', after = '', limit }: TableQuery): Promise<readonly Listed<Row>[]> {
    return [...this.#rows]
      .filter(([id]) => id.startsWith(prefix) && inOrder(after, id) < 0)
      .sort(([one], [other]) => inOrder(one, other))
      .slice(0, limit)
      .map(([id, kept]) => ({ id, ...shown<Row>(kept) }))
  }
}

const inOrder = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))

/** A row of its own for whoever asks: nobody changes what is kept by changing what they got. */
function shown<Row>({ json, version }: Kept): Versioned<Row> {
  return { row: JSON.parse(json), version }
}
