export type { Backoff } from './backoff'
export type { Acknowledge, Bury, DeadLetter, Decision, Retry } from './decision'
export { type Consumer, type Delivery, idempotentConsumer } from './idempotent-consumer'
export type { ConsumerOptions, HandlerOptions, TransactionHandlerOptions } from './options'
