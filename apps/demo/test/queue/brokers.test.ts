import type { Decision, Delivery } from '@idem/core/consumer'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Broker, Consuming, Subscription } from '../../src/queue/broker'
import type { Message } from '../../src/queue/publisher'
import { everyBroker } from './every-broker'

vi.setConfig({ testTimeout: 30_000 })

const ACK: Decision = { action: 'ack', reason: 'applied' }
const retry = (afterMs: number): Decision => ({
  action: 'retry',
  afterMs,
  reason: 'failed',
  error: undefined,
})
const DEAD: Decision = {
  action: 'dead-letter',
  reason: 'attempts',
  failure: { name: 'Error', message: 'no luck' },
  attempt: 5,
}

/** Consumes until the test ends. */
function consume(broker: Broker, subscription: Omit<Subscription, 'topic'>): Consuming {
  const consuming = broker.consume({ topic: 'orders', ...subscription })
  onTestFinished(() => consuming.stop())
  return consuming
}

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 20 })

describe.each(everyBroker())('a queue in $title', ({ title, url, place }) => {
  const withBroker = test.skipIf(url === undefined)

  withBroker('each group is delivered each message, also one from before it came', async () => {
    const broker = await place()()
    const heard: string[] = []
    const hear =
      (group: string) =>
      async ({ order = '' }: Message) => {
        heard.push(`${group} ${order}`)
        return ACK
      }
    await broker.publish('orders', { order: 'a', user: 'ü', amount: '' })
    consume(broker, { group: 'one', handle: hear('one') })
    consume(broker, { group: 'two', handle: hear('two') })
    await broker.publish('orders', { order: 'b' })
    await broker.publish('others', { order: 'c' })
    await until(() => expect([...heard].sort()).toEqual(['one a', 'one b', 'two a', 'two b']))
  })

  withBroker('what is delivered is what was published', async () => {
    const broker = await place()()
    const heard: [Message, Delivery | undefined][] = []
    const handle: Subscription['handle'] = async (message, delivery) => {
      heard.push([message, delivery])
      return ACK
    }
    const message = { order: '["', user: 'ü\n', amount: '' }
    await broker.publish('orders', message)
    consume(broker, { group: 'one', handle })
    await until(() => expect(heard).toHaveLength(1))
    expect(heard[0]?.[0]).toEqual(message)
    expect(heard[0]?.[1]).toMatchObject({ replays: 0, signal: { aborted: false } })
  })

  withBroker('the consumers of a group share its messages', async () => {
    const open = place()
    const heard: string[][] = [[], []]
    let bothCame = () => {}
    const both = new Promise<void>((resolve) => {
      bothCame = resolve
    })
    for (const mine of heard) {
      const handle = async ({ order = '' }: Message) => {
        mine.push(order)
        if (heard.every((one) => one.length > 0)) bothCame()
        await both
        return ACK
      }
      consume(await open(), { group: 'one', handle })
    }
    const orders = Array.from({ length: 60 }, (_, i) => `order ${i}`)
    const publisher = await open()
    for (const order of orders) await publisher.publish('orders', { order })
    // In memory, of every third an acknowledgement is lost.
    const twice = title === 'memory' ? orders.filter((_, i) => i % 3 === 2) : []
    await until(() => expect(heard.flat().sort()).toEqual([...orders, ...twice].sort()))
    expect(heard.map((one) => one.length > 0)).toEqual([true, true])
  })

  withBroker('a message comes again when it is time, and also if its handling broke', async () => {
    const broker = await place()()
    const heard: [string, number][] = []
    const handle = async ({ order = '' }: Message): Promise<Decision> => {
      heard.push([order, performance.now()])
      if (heard.filter(([other]) => other === order).length > 1) return ACK
      if (order === 'broken') throw new Error('broken')
      return retry(300)
    }
    consume(broker, { group: 'one', handle })
    await broker.publish('orders', { order: 'late' })
    await broker.publish('orders', { order: 'broken' })
    await until(() => expect(heard).toHaveLength(4))
    const [first = 0, second = 0] = heard.filter(([order]) => order === 'late').map(([, at]) => at)
    expect(second - first).toBeGreaterThan(295)
  })

  withBroker(
    'what is dead is listed, and delivered again when it is replayed, to the group that gave it up',
    async () => {
      const broker = await place()()
      const heard: string[] = []
      const hear =
        (group: string, decision: Decision): Subscription['handle'] =>
        async ({ order }, delivery) => {
          heard.push(`${group} ${order} ${delivery?.replays}`)
          return delivery?.replays === 0 ? decision : ACK
        }
      consume(broker, { group: 'one', handle: hear('one', ACK) })
      consume(broker, { group: 'two', handle: hear('two', DEAD) })
      await broker.publish('orders', { order: 'a' })
      const letters = broker.deadLetters('orders')
      await until(async () => expect((await letters.page()).letters).toHaveLength(1))
      const { letters: found, cursor } = await letters.page()
      expect(found[0]).toMatchObject({
        ...{ group: 'two', message: { order: 'a' }, reason: 'attempts', attempt: 5, replays: 0 },
        failure: { name: 'Error', message: 'no luck' },
      })
      expect(Math.abs(Date.now() - Number(found[0]?.at))).toBeLessThan(20_000)
      expect(cursor).toBeUndefined()

      const id = found[0]?.id ?? ''
      const replayed = await Promise.all(Array.from({ length: 10 }, () => letters.replay(id)))
      expect(replayed.filter(Boolean)).toHaveLength(1)
      await until(() => expect([...heard].sort()).toEqual(['one a 0', 'two a 0', 'two a 1']))
      expect(await letters.page()).toMatchObject({ letters: [] })
    },
  )

  withBroker('a letter that is removed is gone, and what is no letter is none', async () => {
    const broker = await place()()
    consume(broker, { group: 'one', handle: async () => DEAD })
    for (const order of ['a', 'b', 'c']) await broker.publish('orders', { order })
    const letters = broker.deadLetters('orders')
    await until(async () => expect((await letters.page()).letters).toHaveLength(3))
    const first = await letters.page({ limit: 2 })
    expect(first.letters).toHaveLength(2)
    const second = await letters.page({ limit: 2, cursor: first.cursor ?? '' })
    expect(second).toMatchObject({ letters: [{ group: 'one' }] })
    const orders = [...first.letters, ...second.letters].map(({ message }) => message['order'])
    expect(orders.sort()).toEqual(['a', 'b', 'c'])

    const id = first.letters[0]?.id ?? ''
    expect([await letters.remove(id), await letters.remove(id), await letters.replay(id)]).toEqual([
      true,
      false,
      false,
    ])
    for (const none of ['', 'x', '0-0', '99999999999999999999-1', '-1', '7']) {
      expect([none, await letters.remove(none), await letters.replay(none)]).toEqual([none, false, false])
    }
    expect((await letters.page()).letters).toHaveLength(2)
    expect((await broker.deadLetters('others').page()).letters).toEqual([])
  })

  withBroker('who is stopped finishes what is under way and takes nothing new; others do', async () => {
    // What its consumer has under way while it stops, nobody is to take for left behind.
    const open = place(30_000)
    const heard: string[] = []
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const leaving = consume(await open(), {
      group: 'one',
      handle: async ({ order }) => {
        heard.push(`leaving ${order}`)
        await held
        return ACK
      },
    })
    const publisher = await open()
    await publisher.publish('orders', { order: 'a' })
    await until(() => expect(heard).toEqual(['leaving a']))
    let hasStopped = false
    const stopped = leaving.stop().then(() => {
      hasStopped = true
    })
    await publisher.publish('orders', { order: 'b' })
    consume(await open(), {
      group: 'one',
      handle: async ({ order }) => {
        heard.push(`staying ${order}`)
        return ACK
      },
    })
    expect(hasStopped).toBe(false)
    release()
    await stopped
    await until(() => expect(heard).toEqual(['leaving a', 'staying b']))
  })

  withBroker(
    'what is under way for too long when it is stopped is told so, and goes to another',
    async () => {
      const open = place()
      const heard: string[] = []
      const leaving = consume(await open(), {
        group: 'one',
        handle: async (_, delivery) => {
          heard.push('leaving')
          await new Promise((resolve) => delivery?.signal?.addEventListener('abort', resolve))
          return retry(0)
        },
      })
      await (await open()).publish('orders', { order: 'a' })
      await until(() => expect(heard).toEqual(['leaving']))
      await leaving.stop()
      consume(await open(), {
        group: 'one',
        handle: async ({ order }) => {
          heard.push(`staying ${order}`)
          return ACK
        },
      })
      await until(() => expect(heard).toEqual(['leaving', 'staying a']))
    },
  )
})
