import { Idem } from '@idem/core'
import { RedisStore } from '@idem/redis'
import { serverOrSkip, startRedisCluster } from '@idem/test-servers'
import { Cluster } from 'ioredis'
import { afterAll, expect, it } from 'vitest'
import { cli } from './support/cli'

const cluster = serverOrSkip('a Redis Cluster', await startRedisCluster())
afterAll(() => cluster?.stop())

it.skipIf(cluster === undefined)('a Cluster is seen whole, whichever of its servers is named', async () => {
  const nodes = cluster?.nodes ?? []
  const client = new Cluster([...nodes])
  const idem = new Idem({ store: new RedisStore(client) })
  const keys = Array.from({ length: 12 }, (_, at) => `key-${at}`)
  await Promise.all(keys.map((key) => idem.run(key, () => key)))
  await client.quit()
  const { host, port } = nodes[0] as { host: string; port: number }
  const { code, out } = await cli(['ls', '--cluster', '--store', `redis://${host}:${port}`])
  expect(code).toBe(0)
  for (const key of keys) expect(out).toContain(`idem:::${key}\n`)
})
