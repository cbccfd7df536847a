import { Cluster, Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import { RedisDeadLetters, RedisStreamConsumer } from '../../src/index'

const closed = { lazyConnect: true }
const [client, reader] = [new Redis(closed), new Redis(closed)]
const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], closed)
const clusterReader = new Cluster([{ host: '127.0.0.1', port: 1 }], closed)
afterAll(() => {
  for (const each of [client, reader, cluster, clusterReader]) each.disconnect()
})

const good = {
  reader,
  stream: 'orders',
  group: 'points',
  handle: async () => ({ action: 'ack', reason: 'applied' }) as const,
}
const make =
  (options: object, on: unknown = client) =>
  () =>
    new RedisStreamConsumer(on as Redis, { ...good, ...options } as typeof good)

describe('RedisStreamConsumer', () => {
  test.each([
    ['reader', [undefined, null, 5, {}, client]],
    ['stream', [undefined, null, 5, '']],
    ['deadLetterStream', [null, 5, '', 'orders']],
    ['group', [undefined, null, 5, '']],
    ['consumer', [null, 5, '']],
    ['handle', [undefined, null, 5, {}]],
    ['observer', [null, 5, {}]],
    ['from', [null, '0', 5]],
    ['minIdle', [null, 0, -1, 'soon']],
    ['block', [null, 0, -1, 'soon']],
    ['stopTimeout', [null, -1, 'soon']],
    ['concurrency', [null, 0, 1.5, '5']],
    ['batchSize', [null, 0, 1.5, '5']],
    ['maxPending', [null, 0, 1.5, 9]],
    ['blocking', [true]],
  ])('refuses a wrong %s', (option, values) => {
    for (const value of values) {
      // What is null is not left out.
      if (value === null && ['minIdle', 'block', 'stopTimeout'].includes(option)) continue
      expect(make({ [option]: value }), String(value)).toThrow(TypeError)
      expect(make({ [option]: value }), String(value)).toThrow(new RegExp(`^${option} (must|is no option)`))
    }
  })

  test.each([undefined, null, {}, 'redis://'])('refuses %o for a client', (wrong) => {
    expect(make({}, wrong ?? null)).toThrow(/^client must be a client of ioredis/)
    expect(() => new RedisDeadLetters(wrong as unknown as Redis, { stream: 's' })).toThrow(/^client must/)
  })

  test('refuses a reader that names keys in another way', () => {
    const prefixed = new Redis({ ...closed, keyPrefix: 'app:' })
    expect(make({ reader: prefixed })).toThrow(/^reader must have the keyPrefix/)
    prefixed.disconnect()
  })

  test('wants dead letters in the slot of the stream on a Cluster, and says how', () => {
    const on = { reader: clusterReader }
    const wrong = make({ ...on, deadLetterStream: 'orders:dead' }, cluster)
    expect(wrong).toThrow(TypeError)
    expect(wrong).toThrow(/^deadLetterStream must be in the slot of the stream.*\{tag\}.*"orders:dead"$/)
    expect(make({ ...on, stream: '{a}:orders', deadLetterStream: '{b}:dead' }, cluster)).toThrow(/\{tag\}/)
    expect(make({ ...on, stream: '{a}:orders', deadLetterStream: '{a}:dead' }, cluster)).not.toThrow()
    expect(make(on, cluster)).not.toThrow()
    expect(make({ ...on, stream: '{a}:orders' }, cluster)).not.toThrow()
    expect(make({ deadLetterStream: 'orders:dead' })).not.toThrow()
  })
})

describe('RedisDeadLetters', () => {
  test('refuses what is no id, no cursor and no limit', async () => {
    const letters = new RedisDeadLetters(client, { stream: 'orders' })
    for (const id of [undefined, '', '5', '-', '+', 5]) {
      await expect(letters.replay(id as string)).rejects.toThrow(/^id must be the id of a dead letter/)
      await expect(letters.remove(id as string)).rejects.toThrow(/^id must be/)
    }
    await expect(letters.page({ cursor: 'next' })).rejects.toThrow(/^cursor must be/)
    for (const limit of [0, 1001, 1.5])
      await expect(letters.page({ limit })).rejects.toThrow(/^limit must be/)
  })
})
