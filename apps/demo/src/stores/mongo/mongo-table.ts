import { compareAndSet } from '@idem/mongo'
import { type Collection, type Db, MaxKey, MongoServerError } from 'mongodb'
import type { IdRange } from '../id-range'
import { type JsonRow, type JsonRows, jsonTables } from '../json-table'
import type { Tables } from '../table'
import { type RowDocument, rowsOf } from './collections'

/** What the server says of a second document under one `_id`. */
const DUPLICATE = 11000

/** Tables of the shop, all in one collection. */
export function mongoTables(db: Db): Tables {
  const rows = rowsOf(db)
  return jsonTables((name) => new MongoRows(rows, name))
}

class MongoRows implements JsonRows {
  readonly #rows: Collection<RowDocument>
  readonly #kind: string

  constructor(rows: Collection<RowDocument>, kind: string) {
    this.#rows = rows
    this.#kind = kind
  }

  async get(id: string): Promise<JsonRow | undefined> {
    return (await this.#rows.findOne({ _id: this.#key(id) })) ?? undefined
  }

  async insert(id: string, json: string): Promise<boolean> {
    try {
      await this.#rows.insertOne({ _id: this.#key(id), version: 1, json })
      return true
    } catch (error) {
      if (error instanceof MongoServerError && error.code === DUPLICATE) return false
      throw error
    }
  }

  async replace(id: string, version: number, json: string): Promise<boolean> {
    const { won } = await compareAndSet(undefined, this.#rows, {
      where: { _id: this.#key(id), version },
      set: { version: version + 1, json },
    })
    return won
  }

  async list({ prefix, after, end, limit }: IdRange) {
    // No text, but what comes after every text.
    const last = end ?? (new MaxKey() as unknown as string)
    const found = await this.#rows
      .find({ _id: { $gte: this.#key(prefix), $gt: this.#key(after), $lt: this.#key(last) } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray()
    return found.map(({ _id: { id }, version, json }) => ({ id, version, json }))
  }

  /** Fields in this order: documents are compared field by field, and by the bytes of their texts. */
  #key(id: string): RowDocument['_id'] {
    return { kind: this.#kind, id }
  }
}
