import type { Connection } from './connection'
import type { RedisServer } from './redis-client'
import { walkIdentity } from './walk-identity'

export interface KeyPage {
  /** Without the store's prefix. */
  readonly keys: readonly string[]
  readonly cursor: string | undefined
}

/**
 * Where a walk is: at which server (or after it: its name and more), at which cursor of its `SCAN`, which keys that were
 * found are still to be shown, and through which processes the walk goes.
 */
type Position = readonly [server: string, cursor: string, left: readonly string[], walk: string]

/** How often a page asks for more keys, before it is shown as it is. */
const MOST_SCANS = 100

/**
 * One page of the keys that begin with a prefix, by `SCAN`, server by server. `SCAN` may find more keys than it was asked
 * for, and they cannot be asked for again: the cursor carries them.
 *
 * A walk begins anew when a server was restarted or replaced: then keys may be found twice, and none is missed.
 */
export async function scan(
  connection: Connection,
  storePrefix: string,
  prefix: string,
  limit: number,
  from: Position | undefined,
): Promise<KeyPage> {
  const begin = connection.keyPrefix + storePrefix
  const match = `${literally(begin + prefix)}*`
  let position = from
  for (;;) {
    const servers = await connection.primaries()
    const walk = position?.[3] ?? (await walkIdentity(servers))
    const page = await scanFrom(named(connection, servers), position ?? ['', '0', [], walk], {
      match,
      begin,
      limit,
    })
    // Asked for afterwards: no other process has answered in between.
    const after = await walkIdentity(await connection.primaries())
    if (after === walk) return page
    position = ['', '0', [], after]
  }
}

async function scanFrom(
  servers: readonly (readonly [name: string, server: RedisServer])[],
  [startAt, startCursor, left, walk]: Position,
  { match, begin, limit }: { readonly match: string; readonly begin: string; readonly limit: number },
): Promise<KeyPage> {
  let [at, cursor] = [startAt, startCursor]
  const keys = new Set(left)
  for (let scans = 0; keys.size < limit && scans < MOST_SCANS; scans++) {
    // A server that has gone meanwhile has handed its keys on; the walk goes on with the next.
    const current = servers.find(([server]) => server >= at)
    if (current === undefined) return { keys: [...keys], cursor: undefined }
    const [server, client] = current
    const start = server === at ? cursor : '0'
    const [next, found] = await client.scan(start, 'MATCH', match, 'COUNT', limit - keys.size)
    for (const key of found) keys.add(key.slice(begin.length))
    cursor = next
    at = next === '0' ? `${server}\n` : server
  }
  const position: Position = [at, cursor, [...keys].slice(limit), walk]
  return { keys: [...keys].slice(0, limit), cursor: JSON.stringify(position) }
}

/**
 * Where the page before ended. Of a cursor that somebody made up, no key may be shown but those that are asked for.
 *
 * @throws TypeError if no page can have given it
 */
export function positionOf(cursor: string, prefix: string): Position {
  try {
    const [server, position, left, walk] = JSON.parse(cursor) as Position
    const areTexts = [server, position, walk].every((part) => typeof part === 'string')
    const areAskedFor = left.every((key) => typeof key === 'string' && key.startsWith(prefix))
    if (areTexts && areAskedFor && /^\d{1,20}$/.test(position)) return [server, position, left, walk]
  } catch {
    // Told below, with all other texts that are no cursor.
  }
  throw new TypeError(
    `cursor must be one that an earlier page gave; got ${JSON.stringify(cursor.slice(0, 40))}`,
  )
}

/** The servers in the order of the walk. A single server may be known by another name to who asks for the next page. */
const named = ({ client }: Connection, servers: readonly RedisServer[]) =>
  servers
    .map((server): [string, RedisServer] => [client.isCluster ? name(server) : '', server])
    .sort(([one], [other]) => (one < other ? -1 : 1))

const name = ({ options: { host, port, path } }: RedisServer): string => path ?? `${host}:${port}`

/** A text as a pattern that matches nothing else. */
const literally = (text: string): string => text.replace(/[\\*?[\]^-]/g, '\\$&')
