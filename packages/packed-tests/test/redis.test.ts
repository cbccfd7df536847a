import { serverOrSkip, startRedisCluster } from '@idem/test-servers'
import { afterAll, inject } from 'vitest'
import { describeAdapter } from './describe-adapter'

const redisUrl = inject('redisUrl')
const cluster = serverOrSkip('a Redis Cluster', await startRedisCluster())
afterAll(() => cluster?.stop())

describeAdapter({
  folder: 'redis',
  driver: 'ioredis',
  majors: ['5', '6'],
  environment: {
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    ...(cluster !== undefined && { REDIS_NODES: JSON.stringify(cluster.nodes) }),
  },
  servers: { Redis: redisUrl !== undefined, Cluster: cluster !== undefined },
})
