import { describeLockStore } from '@idem/conformance'
import { serverOrSkip, startRedisCluster } from '@idem/test-servers'
import { afterAll, describe } from 'vitest'
import { RedisLockStore } from '../src/index'
import { openClusterClients } from './support/open-cluster'

const cluster = serverOrSkip('a Redis Cluster', await startRedisCluster())

describe.skipIf(cluster === undefined)('on a cluster of three nodes', () => {
  const open = openClusterClients(cluster)
  afterAll(() => cluster?.stop())

  describeLockStore('RedisLockStore', {
    create: () => ({ store: new RedisLockStore(open(), { prefix: 'conformance/', subscriber: open() }) }),
  })
})
