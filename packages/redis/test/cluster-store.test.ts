import { describeStore } from '@idem/conformance'
import { serverOrSkip, startRedisCluster } from '@idem/test-servers'
import { afterAll, describe } from 'vitest'
import { RedisStore } from '../src/index'
import { openClusterClients } from './support/open-cluster'

const cluster = serverOrSkip('a Redis Cluster', await startRedisCluster())

describe.skipIf(cluster === undefined)('on a cluster of three nodes', () => {
  const open = openClusterClients(cluster)
  afterAll(() => cluster?.stop())

  describeStore('RedisStore', {
    create: () => ({ store: new RedisStore(open(), { prefix: 'conformance/', subscriber: open() }) }),
  })
})
