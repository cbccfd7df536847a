import { randomUUID } from 'node:crypto'
import { Idem } from '@idem/core'
import { type HandlerOptions, idempotentConsumer } from '@idem/core/consumer'
import type { Redis } from 'ioredis'
import {
  RedisDeadLetters,
  RedisStore,
  RedisStreamConsumer,
  type RedisStreamConsumerOptions,
  type StreamEvent,
  type StreamFields,
} from '../../src/index'

type Open = (url: string) => Redis
export type ConsumerOptions = Partial<RedisStreamConsumerOptions> & {
  readonly consume?: Partial<HandlerOptions<StreamFields>>
}

/** A stream of its own on a server, and consumers of it, each on connections of its own. */
export function streamScene(open: Open, url: string) {
  const stream = `orders:${randomUUID()}`
  const client = open(url)
  const running: { consumer: RedisStreamConsumer; ended: Promise<void> }[] = []
  const applied: string[] = []
  const events: StreamEvent[] = []
  const letters = new RedisDeadLetters(client, { stream })
  return {
    stream,
    client,
    applied,
    events,
    letters,
    publish: (id: string, more: readonly string[] = []) => client.xadd(stream, '*', 'id', id, ...more),
    pending: async () => Number(((await client.xpending(stream, 'points')) as unknown[])[0]),
    consumer({ consume = {}, ...options }: ConsumerOptions = {}) {
      const own = open(url)
      const idem = new Idem({ store: new RedisStore(own, { prefix: `${stream}/` }), lease: '1s' })
      const handle = idempotentConsumer<StreamFields>({
        idem,
        name: 'points',
        key: (fields) => fields['id'] ?? '',
        handler: (fields) => void applied.push(fields['id'] as string),
        backoff: () => 20,
        ...consume,
      })
      const consumer = new RedisStreamConsumer(own, {
        ...{ reader: open(url), stream, group: 'points', handle },
        ...{ block: 50, minIdle: 300, observer: (event: StreamEvent) => void events.push(event) },
        ...options,
      })
      running.push({ consumer, ended: consumer.run() })
      return consumer
    },
    end: async () => {
      await Promise.all(running.map(({ consumer }) => consumer.close()))
      await Promise.all(running.map(({ ended }) => ended))
    },
  }
}
