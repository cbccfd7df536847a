import { type PrivateServer, startPrivateRedis, until } from '@idem/test-servers'
import { Redis } from 'ioredis'
import { LINK_MS } from '../pair/link-ms'
import type { PairKind } from '../pair/pair'
import type { Replication } from '../target'

/** A Redis and its replica. Redis acknowledges before the replica has it; to wait for that is the store's affair. */
export const redisPair = (replication: Replication): PairKind<PrivateServer> => ({
  linkMs: LINK_MS[replication],
  startPrimary: () => startPrivateRedis({ appendOnly: true }),

  async startReplica(_, port) {
    const replica = await startPrivateRedis({ appendOnly: true })
    // Not an argument that it is started with: when it is the primary, and restarted, it is to remain that.
    if (!('reason' in replica)) {
      await withRedis(replica.url, (client) => client.replicaof('127.0.0.1', port))
    }
    return replica
  },

  caughtUp: ({ url }) =>
    withRedis(url, async (client) => {
      const wanted = written(await client.info('replication'))
      await until(async () => {
        const info = await client.info('replication')
        const [, acknowledged] = /^slave0:.*state=online,offset=(\d+)/m.exec(info) ?? []
        return Number(acknowledged) >= wanted || `the replica does not have what the primary has:\n${info}`
      })
    }),

  promote: ({ url }) => withRedis(url, async (client) => void (await client.replicaof('NO', 'ONE'))),
})

/** How far the primary's own stream of writes has come. */
function written(info: string): number {
  const [, offset] = /^master_repl_offset:(\d+)/m.exec(info) ?? []
  if (offset === undefined) throw new Error(`a Redis that says nothing of its replication:\n${info}`)
  return Number(offset)
}

async function withRedis<Result>(url: string, use: (client: Redis) => Promise<Result>): Promise<Result> {
  const client = new Redis(url)
  try {
    return await use(client)
  } finally {
    client.disconnect()
  }
}
