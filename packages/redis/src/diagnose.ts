import type { RedisServer } from './redis-client'

/** What of the servers' set-up endangers records, one sentence each; nothing where a server does not tell. */
export async function diagnose(servers: readonly RedisServer[]): Promise<readonly string[]> {
  // CONFIG GET would say it too, but few hosted servers allow that.
  const told = await Promise.all(servers.map((server) => server.info('memory').catch(() => '')))
  const policies = new Set(told.map((info) => /^maxmemory_policy:(\S+)/m.exec(info)?.[1]))
  return [...policies]
    .filter((policy) => policy !== undefined && policy !== 'noeviction')
    .map(
      (policy) =>
        `Redis may evict records to make room (maxmemory-policy ${policy}), and what was evicted runs again: ` +
        'set maxmemory-policy to noeviction',
    )
}
