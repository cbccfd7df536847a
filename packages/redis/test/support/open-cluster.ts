import type { RedisCluster } from '@idem/test-servers'
import { Cluster, type ClusterOptions } from 'ioredis'
import { afterAll } from 'vitest'

type Options = Omit<ClusterOptions, 'redisOptions'>

/** Opens clients of a cluster for the tests of a file, and ends them with it. */
export function openClusterClients(cluster: RedisCluster | undefined): (options?: Options) => Cluster {
  const clients: Cluster[] = []
  afterAll(() => {
    for (const client of clients) client.disconnect()
  })
  return (options = {}) => {
    const client = new Cluster([...(cluster?.nodes ?? [])], options)
    client.on('error', () => {})
    clients.push(client)
    return client
  }
}
