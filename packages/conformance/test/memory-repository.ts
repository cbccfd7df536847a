import type {
  RecordData,
  Repository,
  RepositoryPage,
  RepositoryQuery,
  Version,
  VersionedRecord,
} from '@idem/core'

/** A table as a team may have it: a row a key, with the record as JSON and a version that counts its writes. */
export class MemoryRepository implements Repository {
  readonly #rows = new Map<string, { readonly json: string; readonly version: number }>()

  async get(key: string): Promise<VersionedRecord | undefined> {
    const row = this.#rows.get(key)
    return row && { record: JSON.parse(row.json), version: row.version }
  }

  async create(key: string, record: RecordData): Promise<boolean> {
    if (this.#rows.has(key)) return false
    this.#rows.set(key, { json: JSON.stringify(record), version: 1 })
    return true
  }

  async update(key: string, expectedVersion: Version, record: RecordData): Promise<boolean> {
    const version = this.#rows.get(key)?.version
    if (version !== expectedVersion) return false
    this.#rows.set(key, { json: JSON.stringify(record), version: version + 1 })
    return true
  }

  async list({ prefix, limit, cursor = '' }: RepositoryQuery): Promise<RepositoryPage> {
    const keys = [...this.#rows.keys()].filter((key) => key.startsWith(prefix) && key > cursor).sort()
    const page = keys.slice(0, limit)
    const records = await Promise.all(page.map(async (key) => (await this.get(key))?.record as RecordData))
    return keys.length > limit ? { records, cursor: page.at(-1) } : { records }
  }
}
