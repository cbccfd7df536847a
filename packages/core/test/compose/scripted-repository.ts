import type {
  Repository,
  RepositoryPage,
  RepositoryQuery,
  Version,
  VersionedRecord,
} from '../../src/compose/repository'
import type { RecordData } from '../../src/record/record'

type Call = 'get' | 'create' | 'update' | 'list'
/**
 * `fails` before it reaches the rows; `lost`: fails afterwards; `overtaken`: somebody else writes the row first; a
 * function is waited for first.
 */
type Fate = 'fails' | 'lost' | 'overtaken' | (() => Promise<void>)

/** Rows of JSON with a version each, over a connection whose next calls can be told what to meet. */
export class ScriptedRepository implements Repository {
  readonly calls: Call[] = []
  readonly rows = new Map<string, { readonly json: string; readonly version: number }>()
  readonly #script = new Map<Call, Fate[]>()

  script(call: Call, ...fates: Fate[]): void {
    this.#script.set(call, fates)
  }

  /** The row as it lies there. */
  row(key: string): Record<string, unknown> {
    return JSON.parse(this.rows.get(key)?.json ?? '{}')
  }

  get(key: string): Promise<VersionedRecord | undefined> {
    return this.#meet('get', key, () => {
      const row = this.rows.get(key)
      return row && { record: JSON.parse(row.json), version: row.version }
    })
  }

  create(key: string, record: RecordData): Promise<boolean> {
    return this.#meet('create', key, () => !this.rows.has(key) && this.#put(key, record))
  }

  update(key: string, expectedVersion: Version, record: RecordData): Promise<boolean> {
    return this.#meet(
      'update',
      key,
      () => this.rows.get(key)?.version === expectedVersion && this.#put(key, record),
    )
  }

  list({ prefix, limit, cursor = '' }: RepositoryQuery): Promise<RepositoryPage> {
    return this.#meet('list', prefix, () => {
      const keys = [...this.rows.keys()].filter((key) => key.startsWith(prefix) && key > cursor).sort()
      const records = keys
        .slice(0, limit)
        .map((key) => JSON.parse(this.rows.get(key)?.json ?? '') as RecordData)
      return { records, cursor: keys.length > limit ? keys[limit - 1] : undefined }
    })
  }

  #put(key: string, record: RecordData): true {
    this.rows.set(key, { json: JSON.stringify(record), version: (this.rows.get(key)?.version ?? 0) + 1 })
    return true
  }

  async #meet<T>(call: Call, key: string, act: () => T): Promise<T> {
    this.calls.push(call)
    const fate = this.#script.get(call)?.shift()
    if (fate === 'fails') throw new Error('table is locked')
    if (fate === 'overtaken') this.#put(key, this.row(key) as unknown as RecordData)
    if (typeof fate === 'function') await fate()
    const answer = act()
    if (fate === 'lost') throw new Error('connection reset')
    return answer
  }
}
