/**
 * Rows of one kind, each under an id of its own: what the shop needs of a database, and every store has. Each method is
 * one atomic step in the server.
 */
export interface Table<Row> {
  get(id: string): Promise<Versioned<Row> | undefined>

  /** Keeps a row, in version 1, under an id that has none. `false`: it has one, and nothing was written. */
  insert(id: string, row: Row): Promise<boolean>

  /** Replaces the row if its version is still this one; that of the new row is one more. `false`: nothing was written. */
  replace(id: string, version: number, row: Row): Promise<boolean>

  /** Rows in the order of the bytes of their ids. */
  list(query: TableQuery): Promise<readonly Listed<Row>[]>
}

export interface Versioned<Row> {
  /** Plain JSON. */
  readonly row: Row
  readonly version: number
}

export interface Listed<Row> extends Versioned<Row> {
  readonly id: string
}

export interface TableQuery {
  /** Only ids that begin with this; all unless said. */
  readonly prefix?: string
  /** Only ids that come after this one. */
  readonly after?: string
  /** At most this many rows. */
  readonly limit: number
}

/** The table of that name. It is there without being made first. */
export type Tables = <Row>(name: string) => Table<Row>
