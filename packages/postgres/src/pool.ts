import type { PostgresClient } from './options'

/** What is asked of a pool: pg's `Pool` has it. */
export interface Pool {
  connect(): Promise<Pooled>
}

/** A connection that a pool has handed out. */
export interface Pooled extends PostgresClient {
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
  release(destroy?: boolean): void
}

export function isPool(client: unknown): client is Pool {
  return typeof (client as Pool).connect === 'function' && 'totalCount' in (client as object)
}

/**
 * What `send` gives on a connection of the pool. When it is too late for that, a connection that is waited for goes back as it
 * comes, and one whose answer is waited for is closed: it may hang for ever. So is one on which something went wrong.
 */
export async function onPooled<Result>(
  pool: Pool,
  late: Promise<never>,
  send: (connection: PostgresClient) => Promise<Result>,
): Promise<Result> {
  const connecting = pool.connect()
  const connection = await Promise.race([connecting, late]).catch((error: unknown) => {
    connecting.then(
      (connection) => connection.release(),
      () => {},
    )
    throw error
  })
  // What is wrong with it the answer tells, and nobody else listens.
  connection.on('error', ignore)
  let isWell = false
  try {
    const answer = await Promise.race([send(connection), late])
    isWell = true
    return answer
  } finally {
    connection.release(!isWell)
    // One that is closed may have something to say yet.
    if (isWell) connection.off('error', ignore)
  }
}

function ignore(): void {}
