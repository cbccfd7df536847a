import { createHash } from 'node:crypto'
import type { RedisServer } from './redis-client'

/**
 * Tells one set of server processes from another: a cursor of `SCAN` means nothing to a server that was restarted, or that
 * took another's place. Servers that do not tell (`INFO`) are all alike.
 */
export async function walkIdentity(servers: readonly RedisServer[]): Promise<string> {
  const ids = await Promise.all(servers.map(runId))
  return createHash('sha1').update(ids.sort().join()).digest('base64url').slice(0, 8)
}

async function runId(server: RedisServer): Promise<string> {
  try {
    return /^run_id:(\S+)/m.exec(await server.info('server'))?.[1] ?? ''
  } catch (error) {
    // The server has answered: it does not allow that. Whatever else fails, fails the walk.
    if (error instanceof Error && error.name === 'ReplyError') return ''
    throw error
  }
}
