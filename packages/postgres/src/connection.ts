import { createHash } from 'node:crypto'
import { inTurn } from './in-turn'
import type { Names } from './names'
import type { Place, PostgresClient } from './options'
import { isPool, onPooled } from './pool'
import { isConflict, postgresFailure } from './postgres-failure'
import { withinLimit } from './within-limit'

/**
 * How long a statement may take in all, a connection of the pool included: far longer than any waits for a lock. What is not
 * answered by then is given up: a network that swallows everything tells nobody of it.
 */
export const LIMIT_MS = 10_000

/** How often a statement that conflicted with others is sent in all. */
const SENDS = 10

/** A statement of a store, with its names filled in. */
export interface Statement {
  readonly text: string
  readonly name: string
}

export function statement(names: Names, text: string): Statement {
  const filled = names.statement(text)
  return { text: filled, name: `idem_${createHash('md5').update(filled).digest('hex')}` }
}

/** The user's client, as the stores use it: a statement a call, each a transaction of its own. */
export class Connection {
  readonly client: PostgresClient
  readonly #prepare: boolean
  readonly #limitMs: number

  constructor(client: PostgresClient, { prepare }: Place, limitMs = LIMIT_MS) {
    this.client = client
    this.#prepare = prepare
    this.#limitMs = limitMs
  }

  /**
   * Runs a statement and gives its rows. Where it conflicts with others, which happens in sessions whose transactions are
   * serializable, it is sent again: nothing of it has happened.
   *
   * @throws StoreError
   */
  async run<Row>(call: string, statement: Statement, values: unknown[]): Promise<Row[]> {
    for (let sent = 1; ; sent++) {
      try {
        return await this.#ask<Row>(statement, values)
      } catch (error) {
        if (sent === SENDS || !isConflict(error)) throw postgresFailure(call, error)
      }
    }
  }

  /** Runs a statement that tells whether it did what it was to do. @throws StoreError */
  async tells(call: string, statement: Statement, values: unknown[]): Promise<boolean> {
    const [row] = await this.run<{ done: boolean }>(call, statement, values)
    return row?.done === true
  }

  #ask<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const { client } = this
    const send = (on: PostgresClient) => ask<Row>(on, this.#prepare, statement, values)
    // Of a single connection nobody but its owner can say that it is to be closed.
    return withinLimit(this.#limitMs, (late) =>
      isPool(client) ? onPooled(client, late, send) : inTurn(client, () => send(client), late),
    )
  }
}

/** Sends a statement, under its name where it is to be prepared. Rejects with what the driver rejects with. */
export async function ask<Row>(
  client: PostgresClient,
  prepare: boolean,
  { text, name }: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  const { rows } = prepare
    ? await (client as unknown as Preparing).query({ name, text, values })
    : await client.query(text, values as unknown[])
  return rows as Row[]
}

interface Preparing {
  query(config: { name: string; text: string; values: readonly unknown[] }): Promise<{ rows: unknown[] }>
}
