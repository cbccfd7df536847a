import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { locateBroker, type QueueSettings } from '../../src/queue/locate-broker'
import { readSettings } from '../../src/settings'

const records = { url: 'redis://records', described: 'in the Redis of the records', close: async () => {} }
const url = inject('redisUrl')

async function located(settings: Partial<QueueSettings>, env: NodeJS.ProcessEnv = {}) {
  const broker = await locateBroker(
    { queue: 'auto', store: 'memory', processes: 1, ...settings },
    records,
    env,
  )
  onTestFinished(() => broker.close())
  return broker
}

describe('where paid orders are queued', () => {
  test('is memory, unless something speaks for Redis', async () => {
    expect(await located({})).toMatchObject({
      name: 'memory',
      described: 'in the memory of this process, and gone with it',
    })
    expect(await located({ store: 'postgres' })).toMatchObject({ name: 'memory' })
    expect(await located({ queue: 'memory', store: 'redis' })).toMatchObject({ name: 'memory' })
  })

  test('is the Redis that keeps the records', async () => {
    for (const queue of ['auto', 'redis'] as const) {
      expect(await located({ queue, store: 'redis', processes: 2 })).toMatchObject({
        ...{ name: 'redis', url: records.url, described: records.described },
      })
    }
  })

  test.skipIf(url === undefined)('is the Redis that REDIS_URL names', async () => {
    expect(await located({}, { REDIS_URL: url })).toMatchObject({ name: 'redis', url })
    expect(await located({ queue: 'memory' }, { REDIS_URL: url })).toMatchObject({ name: 'memory' })
  })

  test('is nowhere if it is to be off', async () => {
    expect(await located({ queue: 'off', store: 'redis' })).toMatchObject({ name: 'off' })
  })

  test('is refused if REDIS_URL names none', async () => {
    const located = locateBroker({ queue: 'auto', store: 'memory', processes: 1 }, records, {
      REDIS_URL: 'redis://127.0.0.1:1',
    })
    await expect(located).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining('no Redis answers at 127.0.0.1:1'),
    })
  })

  test('is refused in the memory of one of several processes', () => {
    const flags = ['--store', 'redis', '--processes', '2', '--queue']
    expect(() => readSettings([...flags, 'memory'], {})).toThrow(
      '--queue memory is within one process: what one of 2 publishes, the others would never hear of. ' +
        'Choose --queue redis, --queue off, or --processes 1.',
    )
    for (const queue of ['redis', 'off', 'auto']) {
      expect(readSettings([...flags, queue], {})).toMatchObject({ queue })
    }
    expect(() => readSettings([], { QUEUE: 'kafka' })).toThrow(
      'QUEUE must be memory, redis, off or auto; got "kafka"',
    )
  })
})
