// A program that starts a cluster and never stops it: whoever runs this ends it some other way.
import { startRedisCluster } from '../../src/index'

const cluster = await startRedisCluster()
if ('reason' in cluster) throw new Error(cluster.reason)
console.log(JSON.stringify(cluster.nodes.map(({ host, port }) => `redis://${host}:${port}`)))
