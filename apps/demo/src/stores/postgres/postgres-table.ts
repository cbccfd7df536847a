import { compareAndSet } from '@idem/postgres'
import type { Pool } from 'pg'
import type { IdRange } from '../id-range'
import { type JsonRow, type JsonRows, jsonTables } from '../json-table'
import type { Tables } from '../table'
import { SCHEMA } from './schema'

interface Found {
  readonly id: string
  /** `bigint`, which the driver gives as text. */
  readonly version: string
  readonly json: string
}

/** Tables of the shop, all in one of PostgreSQL. */
export const postgresTables = (pool: Pool): Tables => jsonTables((name) => new PostgresRows(pool, name))

class PostgresRows implements JsonRows {
  readonly #pool: Pool
  readonly #kind: string

  constructor(pool: Pool, kind: string) {
    this.#pool = pool
    this.#kind = kind
  }

  async get(id: string): Promise<JsonRow | undefined> {
    const { rows } = await this.#pool.query<Found>(
      `SELECT version, row::text AS json FROM ${SCHEMA}.rows WHERE kind = $1 AND id = $2`,
      [this.#kind, id],
    )
    return rows.map(rowOf)[0]
  }

  async insert(id: string, json: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `INSERT INTO ${SCHEMA}.rows (kind, id, version, row) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING`,
      [this.#kind, id, json],
    )
    return rowCount === 1
  }

  async replace(id: string, version: number, json: string): Promise<boolean> {
    const { won } = await compareAndSet(
      this.#pool,
      { schema: SCHEMA, table: 'rows' },
      { where: { kind: this.#kind, id, version }, set: { version: version + 1, row: json } },
    )
    return won
  }

  async list({ prefix, after, end, limit }: IdRange) {
    const { rows } = await this.#pool.query<Found>(
      `SELECT id, version, row::text AS json FROM ${SCHEMA}.rows
       WHERE kind = $1 AND id >= $2 AND id > $3 AND (id < $4 OR $4 IS NULL)
       ORDER BY id LIMIT $5`,
      [this.#kind, prefix, after, end, limit],
    )
    return rows.map((found) => ({ id: found.id, ...rowOf(found) }))
  }
}

const rowOf = ({ version, json }: Found): JsonRow => ({ version: Number(version), json })
