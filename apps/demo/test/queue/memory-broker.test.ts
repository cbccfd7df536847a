import type { Decision } from '@idem/core/consumer'
import { expect, test, vi } from 'vitest'
import { MemoryBroker } from '../../src/queue/memory-broker'

test('of every third message each group loses its first acknowledgement', async () => {
  const broker = new MemoryBroker()
  const heard: Record<string, string[]> = { one: [], two: [] }
  for (const [group, orders] of Object.entries(heard)) {
    const handle = async ({ order = '' }): Promise<Decision> => {
      orders.push(order)
      return { action: 'ack', reason: 'applied' }
    }
    broker.consume({ topic: 'orders', group, handle })
  }
  for (const order of ['1', '2', '3', '4', '5', '6', '7']) await broker.publish('orders', { order })
  const each = ['1', '2', '3', '3', '4', '5', '6', '6', '7']
  await vi.waitFor(() => expect(heard).toMatchObject({ one: { length: 9 }, two: { length: 9 } }))
  expect(heard['one']?.sort()).toEqual(each)
  expect(heard['two']?.sort()).toEqual(each)
})

test('after it is closed nothing is delivered again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const broker = new MemoryBroker()
    const handle = vi.fn(
      async (): Promise<Decision> => ({ action: 'retry', afterMs: 100, reason: 'failed', error: undefined }),
    )
    broker.consume({ topic: 'orders', group: 'one', handle })
    await broker.publish('orders', { order: 'a' })
    await vi.advanceTimersByTimeAsync(150)
    expect(handle).toHaveBeenCalledTimes(2)
    await broker.close()
    await vi.advanceTimersByTimeAsync(1000)
    expect(handle).toHaveBeenCalledTimes(2)
  } finally {
    vi.useRealTimers()
  }
})

test('who changes what was delivered, or published, changes it for nobody else', async () => {
  const broker = new MemoryBroker()
  const message = { order: 'a' }
  await broker.publish('orders', message)
  message.order = 'changed'
  const heard: unknown[] = []
  for (const group of ['one', 'two']) {
    const handle = async (given: Record<string, string>): Promise<Decision> => {
      heard.push({ ...given })
      given['order'] = 'changed'
      return { action: 'ack', reason: 'applied' }
    }
    broker.consume({ topic: 'orders', group, handle })
  }
  await vi.waitFor(() => expect(heard).toHaveLength(2))
  expect(heard).toEqual([{ order: 'a' }, { order: 'a' }])
})
