import { describe, expect, test } from 'vitest'
import { hangs } from '../support/faulty-store'
import { consumers, failing, order } from './consumer-scene'

describe('a message that fails', () => {
  test('is tried again by whichever process, for as many attempts as the record counts, and is then dead', async () => {
    const { time, consumer } = consumers()
    const { handler, attempts } = failing(9, () => Object.assign(new Error('no stock'), { code: 'SOLD_OUT' }))
    const processes = [consumer({ handler, attempts: 3 }), consumer({ handler, attempts: 3 })] as const
    for (const [at, afterMs] of [100, 200].entries()) {
      expect(await processes[at % 2 === 0 ? 0 : 1].consume(order)).toMatchObject({
        action: 'retry',
        reason: 'failed',
        afterMs,
      })
    }
    const letter = {
      action: 'dead-letter',
      reason: 'attempts',
      failure: { name: 'Error', message: 'no stock', code: 'SOLD_OUT' },
      attempt: 3,
    }
    expect(await processes[0].consume(order)).toEqual(letter)
    // Whose transport died before it could carry that out, and whose duplicates come late.
    for (const { consume } of processes) expect(await time.outlast(consume(order))).toEqual(letter)
    expect(attempts).toEqual([1, 2, 3])
  })

  test('and then does not, is applied', async () => {
    const { consumer } = consumers()
    const { handler, attempts } = failing(2)
    const { consume } = consumer({ handler, attempts: 3 })
    const actions = [await consume(order), await consume(order), await consume(order), await consume(order)]
    expect(actions.map(({ action }) => action)).toEqual(['retry', 'retry', 'ack', 'ack'])
    expect(attempts).toEqual([1, 2, 3])
  })

  test('with an error that no retry helps, is dead at once, and stays so', async () => {
    const { consumer } = consumers()
    const { handler, attempts } = failing(9, () => new TypeError('no such sku'))
    const { consume } = consumer({ handler, isRetryable: (error) => !(error instanceof TypeError) })
    const letter = { action: 'dead-letter', reason: 'final', failure: { name: 'TypeError' }, attempt: 1 }
    expect(await consume(order)).toMatchObject(letter)
    expect(await consume(order)).toMatchObject(letter)
    expect(attempts).toEqual([1])
  })

  test('keeps the steps that it has made', async () => {
    const { consumer } = consumers()
    let charges = 0
    const { consume } = consumer({
      handler: async (_message, ctx) => {
        await ctx.step('charge', () => ++charges)
        if (ctx.attempt < 3) throw new Error('not yet')
      },
    })
    for (const action of ['retry', 'retry', 'ack']) expect(await consume(order)).toMatchObject({ action })
    expect(charges).toBe(1)
  })

  test('by killing its process each time, is dead after as many attempts', async () => {
    const { time, consumer } = consumers()
    let runs = 0
    const handler = () => {
      runs++
      return new Promise(() => {})
    }
    const dying = () => consumer({ attempts: 2, lease: '1s', handler })
    for (let times = 0; times < 2; times++) {
      const { consume, store } = dying()
      void consume(order)
      await time.settle()
      store.everything(hangs)
      await time.advance(1_001)
    }
    const { consume } = dying()
    const letter = { action: 'dead-letter', reason: 'attempts', failure: { code: 'ABANDONED' }, attempt: 2 }
    expect(await time.outlast(consume(order))).toMatchObject(letter)
    expect(await time.outlast(consume(order))).toMatchObject(letter)
    expect(runs).toBe(2)
  })

  test('waits longer each time, up to a limit, and never as long as the others', async () => {
    const { consumer } = consumers()
    const waits: number[][] = [[], [], [], []]
    for (let id = 0; id < 50; id++) {
      const { consume } = consumer({
        handler: failing(9).handler,
        backoff: { first: 100, factor: 3, max: 500 },
      })
      for (const wait of waits) {
        const decision = await consume({ ...order, id: `${id}` })
        wait.push(decision.action === 'retry' ? decision.afterMs : Number.NaN)
      }
    }
    for (const [at, most] of [100, 300, 500, 500].entries()) {
      expect(Math.min(...(waits[at] as number[]))).toBeGreaterThanOrEqual(most / 2)
      expect(Math.max(...(waits[at] as number[]))).toBeLessThanOrEqual(most)
      expect(new Set(waits[at]).size).toBeGreaterThan(10)
    }
  })

  test('is neither lost nor spins where its backoff function fails', async () => {
    const wrong = () => {
      throw new Error('no idea')
    }
    const { consume } = consumers().consumer({ handler: failing(9).handler, backoff: wrong })
    expect(await consume(order)).toMatchObject({ action: 'retry', afterMs: 1000 })
  })

  test('is tried again where its policy throws', async () => {
    const isRetryable = () => {
      throw new Error('no idea')
    }
    const { consume } = consumers().consumer({ handler: failing(1).handler, isRetryable })
    expect(await consume(order)).toMatchObject({ action: 'retry' })
    expect(await consume(order)).toMatchObject({ action: 'ack' })
  })

  test('for good under the same key by another hand, is dead', async () => {
    const { consume, idem } = consumers().consumer()
    const failed = idem.run(
      order.id,
      () => {
        throw new Error('by hand')
      },
      { name: 'points', isRetryable: () => false },
    )
    await expect(failed).rejects.toThrow('by hand')
    expect(await consume(order)).toMatchObject({
      action: 'dead-letter',
      reason: 'final',
      failure: { message: 'by hand' },
    })
  })
})

describe('a dead message that is replayed', () => {
  test('has all its attempts anew, and is applied once for all duplicates that were replayed', async () => {
    const { consumer } = consumers()
    const { handler, attempts } = failing(3)
    const { consume } = consumer({ handler, attempts: 2 })
    for (const action of ['retry', 'dead-letter']) expect(await consume(order)).toMatchObject({ action })
    for (const action of ['retry', 'ack', 'ack', 'ack']) {
      expect(await consume(order, { replays: 1 })).toMatchObject({ action })
    }
    expect(attempts).toEqual([1, 2, 3, 4])
    // What was not replayed finds that it is applied.
    expect(await consume(order)).toEqual({ action: 'ack', reason: 'duplicate' })
  })

  test('dies again, and its duplicate of before stays dead', async () => {
    const { consumer } = consumers()
    const { handler, attempts } = failing(99)
    const { consume } = consumer({ handler, attempts: 2 })
    for (const replays of [0, 1, 2]) {
      expect(await consume(order, { replays })).toMatchObject({
        action: 'retry',
        reason: 'failed',
        afterMs: 100,
      })
      expect(await consume(order, { replays })).toMatchObject({ action: 'dead-letter', reason: 'attempts' })
    }
    for (const replays of [0, 1, 2]) {
      expect(await consume(order, { replays })).toMatchObject({ action: 'dead-letter' })
    }
    expect(attempts.length).toBe(6)
  })
})
