import { StoreError } from '@idem/core'
import { checkedId, type IdRange, idRange } from './id-range'
import type { Listed, Table, TableQuery, Tables, Versioned } from './table'

/**
 * What a store brings for a {@link Table}: the rows as the text of their JSON, which every database gives back as it was.
 * Ids and queries are checked already, and errors are the driver's own.
 */
export interface JsonRows {
  get(id: string): Promise<JsonRow | undefined>
  insert(id: string, json: string): Promise<boolean>
  replace(id: string, version: number, json: string): Promise<boolean>
  list(range: IdRange): Promise<readonly (JsonRow & { readonly id: string })[]>
}

export interface JsonRow {
  readonly json: string
  readonly version: number
}

/** Tables of rows that a store keeps by the name of their table. */
export const jsonTables =
  (rowsOf: (name: string) => JsonRows): Tables =>
  <Row>(name: string): Table<Row> =>
    new JsonTable<Row>(name, rowsOf(name))

class JsonTable<Row> implements Table<Row> {
  readonly #name: string
  readonly #rows: JsonRows

  constructor(name: string, rows: JsonRows) {
    this.#name = name
    this.#rows = rows
  }

  async get(id: string): Promise<Versioned<Row> | undefined> {
    checkedId(id)
    const found = await this.#read(() => this.#rows.get(id))
    return found && parsed<Row>(found)
  }

  async insert(id: string, row: Row): Promise<boolean> {
    checkedId(id)
    const json = jsonOf(row)
    return this.#write(() => this.#rows.insert(id, json))
  }

  async replace(id: string, version: number, row: Row): Promise<boolean> {
    checkedId(id)
    const json = jsonOf(row)
    // No row has such a version, and not every database takes it for a number.
    if (!Number.isSafeInteger(version)) return false
    return this.#write(() => this.#rows.replace(id, version, json))
  }

  async list(query: TableQuery): Promise<readonly Listed<Row>[]> {
    const range = idRange(query)
    const found = await this.#read(() => this.#rows.list(range))
    return found.map(({ id, ...kept }) => ({ id, ...parsed<Row>(kept) }))
  }

  #read<Result>(ask: () => Promise<Result>): Promise<Result> {
    return asked(`the rows of ${this.#name} cannot be read`, ask)
  }

  #write(ask: () => Promise<boolean>): Promise<boolean> {
    return asked(`nobody knows whether a row of ${this.#name} was written`, ask)
  }
}

async function asked<Result>(otherwise: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (cause) {
    throw new StoreError(otherwise, { cause })
  }
}

function jsonOf(row: unknown): string {
  const json: string | undefined = JSON.stringify(row)
  if (json === undefined) throw new TypeError(`a row must be plain JSON; got ${typeof row}`)
  return json
}

/** A row of its own for whoever asks: nobody changes what is kept by changing what they got. */
function parsed<Row>({ json, version }: JsonRow): Versioned<Row> {
  return { row: JSON.parse(json), version }
}
