import { type Duration, milliseconds } from '@idem/core'
import type { Decision } from '@idem/core/consumer'
import { isClient, onlyKnown, shown } from '../options'
import type { RedisStreamClient } from '../redis-client'
import type { StreamFields } from './entry'

export interface RedisDeadLetterOptions {
  /** The stream that is consumed. */
  readonly stream: string
  /**
   * Where dead letters are kept. On a Cluster it must be in the stream's slot: `{orders}:dead` for `orders`, and for
   * `{shop}:orders` whatever has `{shop}` in it. @defaultValue `{stream}:dead`, or with `:dead` behind a stream that has a
   * `{tag}`
   */
  readonly deadLetterStream?: string | undefined
}

export interface RedisStreamConsumerOptions extends RedisDeadLetterOptions {
  /** A client of its own, for reads that block: it can do nothing else meanwhile. */
  readonly reader: RedisStreamClient
  /** The consumer group. It is made, and the stream with it, where there is none. */
  readonly group: string
  /** What `idempotentConsumer` gives. */
  readonly handle: (message: StreamFields, delivery: StreamDelivery) => Promise<Decision>
  /** This process's name in the group; no two processes may share one. @defaultValue a random one */
  readonly consumer?: string | undefined
  /**
   * Where a group that has to be made begins: with all entries, or with new ones. One that was destroyed while it was consumed
   * goes on behind what its consumers have read. @defaultValue `'all'`
   */
  readonly from?: 'all' | 'new' | undefined
  /**
   * When a consumer that gives no sign of life is taken for dead, and what it had pending is taken over. One that lives
   * gives a sign at a third of it. @defaultValue `'30s'`
   */
  readonly minIdle?: Duration | undefined
  /** How many messages are handled at a time. @defaultValue 10 */
  readonly concurrency?: number | undefined
  /** How many messages are fetched in one command at most. @defaultValue 50 */
  readonly batchSize?: number | undefined
  /**
   * How many messages, those included that wait for their next attempt, this process keeps in mind; when there are as
   * many, no others are fetched. @defaultValue 1000
   */
  readonly maxPending?: number | undefined
  /** How long a read waits for new messages, and so how long `close()` waits for a read. @defaultValue `'1s'` */
  readonly block?: Duration | undefined
  /** How long `close()` waits for handlers before their signal aborts. @defaultValue `'10s'` */
  readonly stopTimeout?: Duration | undefined
  /** Is told what happens. It can neither break nor delay anything. */
  readonly observer?: ((event: StreamEvent) => void) | undefined
}

/** What is known of one delivery. */
export interface StreamDelivery {
  /** The entry's id in the stream. */
  readonly id: string
  /** How often it was replayed from the dead letters. */
  readonly replays: number
  /** Aborts when the consumer can wait no longer. */
  readonly signal: AbortSignal
}

export type StreamEvent =
  | { readonly type: 'decided'; readonly id: string; readonly decision: Decision }
  /** What others had pending is this consumer's now. */
  | { readonly type: 'taken-over'; readonly ids: readonly string[] }
  /** These were pending when the stream was trimmed, and no process has them in hand: their messages are gone. */
  | { readonly type: 'lost'; readonly ids: readonly string[] }
  /** A command failed. It is sent again, or what it was to do is done later. */
  | { readonly type: 'failed'; readonly call: string; readonly error: unknown }

/** Checked, and complete. */
export interface StreamSettings {
  readonly client: RedisStreamClient
  readonly reader: RedisStreamClient
  readonly stream: string
  readonly deadLetterStream: string
  readonly group: string
  readonly consumer: string
  readonly from: '0' | '$'
  readonly minIdleMs: number
  readonly blockMs: number
  readonly stopTimeoutMs: number
  readonly concurrency: number
  readonly batchSize: number
  readonly maxPending: number
  readonly handle: RedisStreamConsumerOptions['handle']
  readonly observer: (event: StreamEvent) => void
}

const OPTIONS =
  'stream,deadLetterStream,reader,group,handle,consumer,from,minIdle,concurrency,batchSize,maxPending,block,stopTimeout,observer'

/** @throws TypeError that names the option which is wrong or unknown */
export function resolveStreamOptions(
  client: RedisStreamClient,
  options: RedisStreamConsumerOptions,
): StreamSettings {
  const { stream, deadLetterStream } = resolvePlaces(client, options, OPTIONS.split(','))
  const { reader, group, handle, consumer = crypto.randomUUID(), from = 'all', observer = () => {} } = options
  isStreamClient('reader', reader)
  if (reader === client) {
    throw new TypeError(
      'reader must be a client of its own: while it waits for messages it does nothing else',
    )
  }
  if ((reader.options.keyPrefix ?? '') !== (client.options.keyPrefix ?? '')) {
    throw new TypeError('reader must have the keyPrefix that the client has')
  }
  if (from !== 'all' && from !== 'new') {
    throw new TypeError(`from must be 'all' or 'new'; got ${shown(from)}`)
  }
  for (const [option, value] of Object.entries({ handle, observer })) {
    if (typeof value !== 'function') throw new TypeError(`${option} must be a function; got ${shown(value)}`)
  }
  const { concurrency = 10, batchSize = 50, maxPending = 1000 } = options
  for (const [option, value] of Object.entries({ concurrency, batchSize, maxPending })) {
    if (Number.isSafeInteger(value) && value >= 1) continue
    throw new TypeError(`${option} must be a whole number from 1 up; got ${shown(value)}`)
  }
  if (maxPending < concurrency) {
    throw new TypeError(`maxPending must be at least concurrency (${concurrency}); got ${maxPending}`)
  }
  return {
    ...{ client, reader, stream, deadLetterStream, handle, concurrency, batchSize, maxPending, observer },
    group: text('group', group),
    consumer: text('consumer', consumer),
    from: from === 'all' ? '0' : '$',
    minIdleMs: milliseconds('minIdle', options.minIdle ?? '30s'),
    blockMs: milliseconds('block', options.block ?? '1s'),
    stopTimeoutMs: milliseconds('stopTimeout', options.stopTimeout ?? '10s', { min: 0 }),
  }
}

/** @throws TypeError that names the option which is wrong or unknown */
export function resolvePlaces(
  client: RedisStreamClient,
  options: RedisDeadLetterOptions,
  known: readonly string[] = ['stream', 'deadLetterStream'],
): Required<RedisDeadLetterOptions> & { readonly deadLetterStream: string } {
  isStreamClient('client', client)
  onlyKnown(options, known)
  const stream = text('stream', options.stream)
  const { deadLetterStream = tagOf(stream) === stream ? `{${stream}}:dead` : `${stream}:dead` } = options
  text('deadLetterStream', deadLetterStream)
  if (deadLetterStream === stream) throw new TypeError('deadLetterStream must be another than stream')
  const { keyPrefix = '' } = client.options
  if (client.isCluster && tagOf(keyPrefix + stream) !== tagOf(keyPrefix + deadLetterStream)) {
    throw new TypeError(
      `deadLetterStream must be in the slot of the stream on a Cluster: give both the same {tag}, as in '{orders}' and ` +
        `'{orders}:dead'; got ${shown(keyPrefix + stream)} and ${shown(keyPrefix + deadLetterStream)}`,
    )
  }
  return { stream, deadLetterStream }
}

/** The part of a key that says which slot it is in. */
function tagOf(key: string): string {
  return /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key
}

function isStreamClient(what: string, client: RedisStreamClient): void {
  isClient(what, client)
  if (typeof client.call === 'function') return
  throw new TypeError(`${what} must be a client of ioredis (Redis or Cluster); got ${shown(client)}`)
}

function text(option: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`${option} must be a text; got ${shown(value)}`)
}
