import type { Redis } from 'ioredis'
import { type IdRange, inOrder } from '../id-range'
import { type JsonRow, type JsonRows, jsonTables } from '../json-table'
import type { Tables } from '../table'

/**
 * A table is two keys: a hash of its rows, each `version json` under its id, and the ids once more in a sorted set, which
 * orders them by their bytes, for all have the same score. A script runs in the server while nothing else does.
 */
const SCRIPTS = {
  /** KEYS rows, ids; ARGV id, json. */
  insertRow: `
    if redis.call('HSETNX', KEYS[1], ARGV[1], '1 ' .. ARGV[2]) == 0 then return 0 end
    redis.call('ZADD', KEYS[2], 0, ARGV[1])
    return 1`,
  /** KEYS rows, ids; ARGV id, version, next version, json. */
  replaceRow: `
    local kept = redis.call('HGET', KEYS[1], ARGV[1])
    if not kept or string.match(kept, '^%d+') ~= ARGV[2] then return 0 end
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. ' ' .. ARGV[4])
    return 1`,
  /** KEYS rows, ids; ARGV first, end, limit. Returns ids and rows in turn. */
  listRows: `
    local found = {}
    for _, id in ipairs(redis.call('ZRANGE', KEYS[2], ARGV[1], ARGV[2], 'BYLEX', 'LIMIT', 0, ARGV[3])) do
      found[#found + 1] = id
      found[#found + 1] = redis.call('HGET', KEYS[1], id)
    end
    return found`,
}

/** What ioredis makes of the scripts. */
interface Scripts {
  insertRow(rows: string, ids: string, id: string, json: string): Promise<number>
  replaceRow(
    rows: string,
    ids: string,
    id: string,
    version: number,
    next: number,
    json: string,
  ): Promise<number>
  listRows(rows: string, ids: string, first: string, end: string, limit: number): Promise<string[]>
}

/** @param prefix of every key */
export function redisTables(client: Redis, prefix: string): Tables {
  for (const [name, lua] of Object.entries(SCRIPTS)) client.defineCommand(name, { numberOfKeys: 2, lua })
  return jsonTables((name) => new RedisRows(client as Redis & Scripts, prefix, name))
}

class RedisRows implements JsonRows {
  readonly #client: Redis & Scripts
  readonly #rows: string
  readonly #ids: string

  constructor(client: Redis & Scripts, prefix: string, name: string) {
    this.#client = client
    this.#rows = `${prefix}rows:${name}`
    this.#ids = `${prefix}ids:${name}`
  }

  async get(id: string): Promise<JsonRow | undefined> {
    const kept = await this.#client.hget(this.#rows, id)
    return kept === null ? undefined : rowOf(kept)
  }

  async insert(id: string, json: string): Promise<boolean> {
    return (await this.#client.insertRow(this.#rows, this.#ids, id, json)) === 1
  }

  async replace(id: string, version: number, json: string): Promise<boolean> {
    return (await this.#client.replaceRow(this.#rows, this.#ids, id, version, version + 1, json)) === 1
  }

  async list({ prefix, after, end, limit }: IdRange) {
    const first = inOrder(after, prefix) < 0 ? `[${prefix}` : `(${after}`
    const last = end === undefined ? '+' : `(${end}`
    const found = await this.#client.listRows(this.#rows, this.#ids, first, last, limit)
    return Array.from({ length: found.length / 2 }, (_, index) => {
      const [id, kept] = found.slice(index * 2) as [string, string]
      return { id, ...rowOf(kept) }
    })
  }
}

function rowOf(kept: string): JsonRow {
  const space = kept.indexOf(' ')
  return { version: Number(kept.slice(0, space)), json: kept.slice(space + 1) }
}
