// As a program that is no test has a Redis of its own. It ends by itself once all is stopped.
import { startPrivateRedis, startRedis, startTcpProxy } from '../../src/index'

const redis = await startRedis({ progress: console.error })
if ('reason' in redis) throw new Error(redis.reason)
const own = await startPrivateRedis({ progress: console.error })
if ('reason' in own) throw new Error(own.reason)
const proxy = await startTcpProxy(own.url)
await own.kill()
await own.restart()
console.log(JSON.stringify([redis.url, own.url, proxy.url]))
await Promise.all([proxy.close(), own.stop(), redis.stop()])
