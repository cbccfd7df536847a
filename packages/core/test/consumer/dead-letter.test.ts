import { describe, expect, test } from 'vitest'
import type { DeadLetter } from '../../src/consumer/index'
import { consumers, failing, order } from './consumer-scene'

describe('deadLetter', () => {
  test('takes a dead message once, for all duplicates, which are acknowledged', async () => {
    const { consumer } = consumers()
    const letters: unknown[] = []
    const options = {
      handler: failing(9).handler,
      attempts: 1,
      deadLetter: (message: typeof order, letter: DeadLetter) => void letters.push([message, letter]),
    }
    for (const { consume } of [consumer(options), consumer(options)]) {
      expect(await consume(order)).toEqual({ action: 'ack', reason: 'dead-lettered' })
    }
    const failure = { name: 'Error', message: 'no stock' }
    expect(letters).toEqual([[order, { reason: 'attempts', failure, attempt: 1 }]])
  })

  test('takes it again where it dies again after a replay', async () => {
    let letters = 0
    const { consume } = consumers().consumer({
      handler: failing(9).handler,
      attempts: 1,
      deadLetter: () => ++letters,
    })
    for (const replays of [0, 1, 1, 0]) await consume(order, { replays })
    expect(letters).toBe(2)
  })

  test('that fails is called again with the next delivery', async () => {
    const { handler, attempts } = failing(9)
    let calls = 0
    const { consume } = consumers().consumer({
      handler,
      attempts: 1,
      deadLetter: () => {
        if (++calls === 1) throw new Error('no broker')
      },
    })
    expect(await consume(order)).toMatchObject({
      action: 'retry',
      reason: 'failed',
      error: { message: 'no broker' },
    })
    expect(await consume(order)).toMatchObject({ action: 'ack', reason: 'dead-lettered' })
    expect([attempts, calls]).toEqual([[1], 2])
  })

  test('takes every message of which a key tells nothing', async () => {
    const reasons: string[] = []
    const { consume } = consumers().consumer({
      key: ({ id }) => id,
      deadLetter: (_message, { reason }) => void reasons.push(reason),
    })
    await consume(order)
    await consume({ ...order, total: 1 })
    await consume({ ...order, total: 2 })
    await consume({ ...order, id: '' })
    expect(reasons).toEqual(['mismatch', 'mismatch', 'unusable'])
  })
})
