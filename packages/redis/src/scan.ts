import type { Connection } from './connection'
import type { RedisServer } from './redis-client'

export interface KeyPage {
  /** Without the store's prefix. */
  readonly keys: readonly string[]
  readonly cursor: string | undefined
}

/**
 * Where a walk is: at which server (or after it: its name and more), at which cursor of its `SCAN`, and which keys that
 * were found are still to be shown.
 */
type Position = readonly [server: string, cursor: string, left: readonly string[]]

/** How often a page asks for more keys, before it is shown as it is. */
const MOST_SCANS = 100

/**
 * One page of the keys that begin with a prefix, by `SCAN`, server by server. `SCAN` may find more keys than it was asked
 * for, and they cannot be asked for again: the cursor carries them.
 */
export async function scan(
  connection: Connection,
  storePrefix: string,
  prefix: string,
  limit: number,
  from: string | undefined,
): Promise<KeyPage> {
  const servers = connection.primaries().map((server): [string, RedisServer] => [
    // A single server may be known by another name to whoever asks for the next page.
    connection.takesSeveralKeys ? '' : name(server),
    server,
  ])
  servers.sort(([one], [other]) => (one < other ? -1 : 1))
  const begin = connection.keyPrefix + storePrefix
  const match = `${literally(begin + prefix)}*`
  let [at, position, left] = from === undefined ? START : parse(from)
  const keys = new Set(left)
  for (let scans = 0; keys.size < limit && scans < MOST_SCANS; scans++) {
    // A server that has gone meanwhile has handed its keys on; the walk goes on with the next.
    const current = servers.find(([server]) => server >= at)
    if (current === undefined) return { keys: [...keys], cursor: undefined }
    const [server, client] = current
    const start = server === at ? position : '0'
    const [next, found] = await client.scan(start, 'MATCH', match, 'COUNT', limit - keys.size)
    for (const key of found) keys.add(key.slice(begin.length))
    position = next
    at = next === '0' ? `${server}\n` : server
  }
  left = [...keys].slice(limit)
  return { keys: [...keys].slice(0, limit), cursor: JSON.stringify([at, position, left]) }
}

const START: Position = ['', '0', []]

function parse(cursor: string): Position {
  try {
    const [server, position, left] = JSON.parse(cursor) as Position
    if (typeof server === 'string' && /^\d+$/.test(position) && Array.isArray(left))
      return [server, position, left]
  } catch {
    // Told below, with all other texts that are no cursor.
  }
  throw new TypeError(`cursor must be one that an earlier page gave; got ${JSON.stringify(cursor)}`)
}

const name = ({ options: { host, port, path } }: RedisServer): string => path ?? `${host}:${port}`

/** A text as a pattern that matches nothing else. */
const literally = (text: string): string => text.replace(/[\\*?[\]^-]/g, '\\$&')
