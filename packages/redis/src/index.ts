export type { RedisLockStoreOptions, RedisStoreOptions } from './options'
export type { RedisClient, RedisStreamClient } from './redis-client'
export { RedisLockStore } from './redis-lock-store'
export { RedisStore } from './redis-store'
export type { StreamFields } from './streams/entry'
export type {
  RedisDeadLetterOptions,
  RedisStreamConsumerOptions,
  StreamDelivery,
  StreamEvent,
} from './streams/options'
export {
  type DeadLetterPage,
  type DeadLetterPageQuery,
  RedisDeadLetters,
  type StreamDeadLetter,
} from './streams/redis-dead-letters'
export { RedisStreamConsumer } from './streams/redis-stream-consumer'
