import type {
  RecordData,
  Repository,
  RepositoryPage,
  RepositoryQuery,
  Version,
  VersionedRecord,
} from '@idem/core'
import type { Table } from '../../../stores/table'

/** Records in a table of one's own: all that `composeStore` needs beside a lock. */
export class TableRepository implements Repository {
  readonly #table: Table<RecordData>

  constructor(table: Table<RecordData>) {
    this.#table = table
  }

  async get(key: string): Promise<VersionedRecord | undefined> {
    const found = await this.#table.get(key)
    return found && { record: found.row, version: found.version }
  }

  create(key: string, record: RecordData): Promise<boolean> {
    return this.#table.insert(key, record)
  }

  update(key: string, expectedVersion: Version, record: RecordData): Promise<boolean> {
    return this.#table.replace(key, Number(expectedVersion), record)
  }

  async list({ prefix, limit, cursor }: RepositoryQuery): Promise<RepositoryPage> {
    const found = await this.#table.list({
      prefix,
      limit,
      ...(cursor === undefined ? {} : { after: cursor }),
    })
    const last = found.length === limit ? found.at(-1) : undefined
    return { records: found.map(({ row }) => row), cursor: last?.id }
  }
}
