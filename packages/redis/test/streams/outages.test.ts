import { Idem } from '@idem/core'
import { idempotentConsumer } from '@idem/core/consumer'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { RedisStore, type StreamFields } from '../../src/index'
import { until } from '../support/gate'
import { openClients } from '../support/open-clients'
import { streamScene } from './stream-scene'

const server = serverOrSkip('a private Redis', await startPrivateRedis({ appendOnly: true }))
const url = inject('redisUrl')

describe.skipIf(server === undefined || url === undefined)('what fails around a consumer', () => {
  const down = server?.url ?? ''
  const open = openClients()
  const impatient = { maxRetriesPerRequest: 0, retryStrategy: () => 20 }
  afterAll(() => server?.stop())

  test('the store: nothing is lost, nothing is dead, no attempt is spent, and all is applied once when it is back', async () => {
    const { consumer, publish, applied, letters, pending, events, end } = streamScene(open, url as string)
    const idem = new Idem({ store: new RedisStore(open(down, impatient)), lease: '1s' })
    const handle = idempotentConsumer<StreamFields>({
      idem,
      name: 'points',
      key: ({ id }) => id ?? '',
      attempts: 1,
      backoff: () => 50,
      handler: ({ id }) => void applied.push(id as string),
    })
    await server?.kill()
    consumer({ handle })
    consumer({ handle })
    for (let at = 0; at < 20; at++) await publish(`${at % 10}`)
    const refused = () =>
      events.filter((event) => event.type === 'decided' && event.decision.action === 'retry').length
    await until('all were tried several times', () => refused() > 60)
    expect([applied, (await letters.page()).letters, await pending()]).toEqual([[], [], 20])
    await server?.restart()
    await until('nothing is pending', async () => (await pending()) === 0)
    await end()
    expect([...applied].sort()).toEqual(Array.from({ length: 10 }, (_, at) => `${at}`))
    expect((await letters.page()).letters).toEqual([])
  })

  test('the broker: what it has acknowledged to publishers is applied once when it is back', async () => {
    const patient = (to: string) => open(to, { maxRetriesPerRequest: 1, retryStrategy: () => 20 })
    const { consumer, publish, applied, pending, events, end } = streamScene(patient, down)
    let isSlow = true
    consumer({
      consume: {
        handler: async ({ id }) => {
          while (isSlow && id === '1') await new Promise((resolve) => setTimeout(resolve, 5))
          applied.push(id as string)
        },
      },
    })
    await publish('1')
    await until('it is under way', async () => (await pending().catch(() => 0)) === 1)
    await publish('2')
    await server?.kill()
    await until('the failure is told', () => events.some(({ type }) => type === 'failed'))
    await server?.restart()
    isSlow = false
    await until('it can be published to', async () => (await publish('3').catch(() => '')) !== '')
    await until('nothing is pending', async () => (await pending().catch(() => 1)) === 0)
    await until('all are applied', () => new Set(applied).size === 3)
    await end()
    expect([...applied].sort()).toEqual(['1', '2', '3'])
  })
})
