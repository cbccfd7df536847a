/**
 * Rows of one kind, each under an id of its own: what the shop needs of a database, and every store has. Each method is
 * one atomic step in the server, but for `list`.
 *
 * An id is text of 1 to 1000 bytes in UTF-8, without U+0000 and halves of characters; any other is refused with a
 * TypeError before anything is asked. A row is plain JSON, and what is given and got is shared with nobody.
 *
 * Where the server cannot be asked, every method rejects with a `StoreError`, whose `cause` tells why. After `insert` and
 * `replace` nobody knows then whether the row was written, or is yet to be: asked again, they may answer `false` because
 * of the first time. Where that matters, let the row say whose it is (the token of a request, the number of an attempt),
 * and `get` it.
 */
export interface Table<Row> {
  get(id: string): Promise<Versioned<Row> | undefined>

  /** Keeps a row, in version 1, under an id that has none. `false`: it has one, and nothing was written. */
  insert(id: string, row: Row): Promise<boolean>

  /** Replaces the row if its version is still this one; that of the new row is one more. `false`: nothing was written. */
  replace(id: string, version: number, row: Row): Promise<boolean>

  /**
   * Rows in the order of the bytes of their ids. Each is as it is at some moment of the call, not all at the same.
   *
   * @throws TypeError if the query is wrong
   */
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
  /** At most this many rows, at least 1. */
  readonly limit: number
}

/** The table of that name. It is there without being made first. */
export type Tables = <Row>(name: string) => Table<Row>
