import type { Connection, Statement } from './connection'
import type { Names } from './names'
import { type SweepStatements, sweepStatements } from './statements/statements'

/** How many pages one statement reads at most: 8 MB of a table, if pages are as large as usual. */
const PAGES = 1000

export interface SweepOptions {
  /** How many rows one statement removes at most. @defaultValue 1000 */
  readonly batchSize?: number | undefined
  /** Ends the sweep before its next statement. */
  readonly signal?: AbortSignal | undefined
}

/** Removes what is past its keeping, statement by statement, from the first page of the table to the last. */
export class Sweeper {
  readonly #connection: Connection
  readonly #table: string
  readonly #statements: SweepStatements

  constructor(connection: Connection, names: Names) {
    this.#connection = connection
    this.#table = names.of()
    this.#statements = sweepStatements(names)
  }

  /** How many rows were removed. @throws TypeError, StoreError */
  async sweep({ batchSize = 1000, signal }: SweepOptions): Promise<number> {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new TypeError(`batchSize must be a whole number from 1; got ${String(batchSize)}`)
    }
    const [found] = await this.#run<{ pages: unknown; by_range: boolean }>(this.#statements.extent, [
      this.#table,
    ])
    const pages = Number(found?.pages)
    const step = found?.by_range ? PAGES : Math.max(pages, 1)
    let removed = 0
    for (let page = 0; page < pages; page += step) {
      for (let batch = batchSize; batch === batchSize; removed += batch) {
        if (signal?.aborted) return removed
        batch = (await this.#run(this.#statements.rows, [page, page + step, batchSize])).length
      }
    }
    await this.#run(this.#statements.watched, [])
    return removed
  }

  #run<Row>(sent: Statement, values: unknown[]): Promise<Row[]> {
    return this.#connection.run('sweep', sent, values)
  }
}
