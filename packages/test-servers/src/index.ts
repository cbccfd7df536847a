export { type Chromium, findChromium } from './chromium/find-chromium'
export { startMongo } from './mongo/mongo'
export { type MongoDatabase, mongoDatabase } from './mongo/mongo-database'
export { type MongoAbility, mongoWith } from './mongo/mongo-with'
export { type PrivateMongoOptions, startPrivateMongo } from './mongo/private-mongo'
export { type PgBouncer, type PgBouncerOptions, startPgBouncer } from './postgres/pgbouncer'
export { startEmbeddedPostgres, startPostgres } from './postgres/postgres'
export {
  type PrivatePostgres,
  type PrivatePostgresOptions,
  startPrivatePostgres,
} from './postgres/private-postgres'
export { provideServers, type ServerName } from './provide-servers'
export type { Matching } from './proxy/lost-replies'
export type { ProxyCounts } from './proxy/proxied-connection'
export { startTcpProxy, type TcpProxy } from './proxy/tcp-proxy'
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './redis/cluster/redis-cluster'
export type { ReshardOptions } from './redis/cluster/reshard'
export { type PrivateRedisOptions, startPrivateRedis } from './redis/private-redis'
export { startRedis } from './redis/redis'
export { startPrivateValkey, startValkey } from './redis/valkey'
export { serverOrSkip } from './server-or-skip'
export type { PrivateServer } from './supervision/private-server'
export type { Progress, StartOptions, TestServer, Unavailable } from './test-server'
