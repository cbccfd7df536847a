import { describe, expect, test } from 'vitest'
import { hangs } from '../support/faulty-store'
import { consumers, order } from './consumer-scene'

/** A consumer in a process that died in its first attempt, and the scene afterwards. */
async function abandoned() {
  const { time, consumer } = consumers()
  const dead = consumer({ handler: () => new Promise(() => {}), lease: '1s', onAbandoned: 'reject' })
  void dead.consume(order)
  await time.settle()
  dead.store.everything(hangs)
  await time.advance(1_001)
  return { time, consumer }
}

describe('a message whose attempt ended without anybody knowing how', () => {
  test("is applied by another attempt ('rerun')", async () => {
    const { time, consumer } = await abandoned()
    const { consume, applied } = consumer({ onAbandoned: 'rerun' })
    expect(await time.outlast(consume(order))).toEqual({ action: 'ack', reason: 'applied' })
    expect(applied.length).toBe(1)
  })

  test("is a dead letter ('reject'), until somebody says what became of it", async () => {
    const { time, consumer } = await abandoned()
    const { consume, applied, idem } = consumer({ onAbandoned: 'reject' })
    const letter = { action: 'dead-letter', reason: 'abandoned', failure: { code: 'ABANDONED' }, attempt: 1 }
    expect(await time.outlast(consume(order))).toMatchObject(letter)
    expect(await time.outlast(consume(order, { replays: 1 }))).toMatchObject(letter)
    expect(await idem.resolve(order.id, undefined, { name: 'points' })).toBe(true)
    expect(await time.outlast(consume(order, { replays: 1 }))).toEqual({ action: 'ack', reason: 'duplicate' })
    expect(applied).toEqual([])
  })

  test('is asked for: it was applied', async () => {
    const { time, consumer } = await abandoned()
    const asked: unknown[] = []
    const { consume, applied } = consumer({
      onAbandoned: (message, { attempt }) => {
        asked.push([message, attempt])
        return { value: 'found' }
      },
    })
    expect(await time.outlast(consume(order))).toMatchObject({ action: 'ack' })
    expect(applied).toEqual([])
    expect(asked).toEqual([[order, 2]])
  })

  test('is asked for: it was not', async () => {
    const { time, consumer } = await abandoned()
    const { consume, applied } = consumer({ onAbandoned: () => 'rerun' })
    expect(await time.outlast(consume(order))).toEqual({ action: 'ack', reason: 'applied' })
    expect(applied).toEqual([order])
  })

  test('is asked for again while nobody can tell, up to its attempts', async () => {
    const { time, consumer } = await abandoned()
    const { consume, applied } = consumer({
      attempts: 3,
      onAbandoned: () => {
        throw new Error('the bank does not answer')
      },
    })
    expect(await time.outlast(consume(order))).toMatchObject({ action: 'retry', reason: 'failed' })
    expect(await time.outlast(consume(order))).toMatchObject({
      action: 'dead-letter',
      reason: 'abandoned',
      attempt: 3,
    })
    expect(applied).toEqual([])
  })

  test('and still runs, too long, is not dead: its record tells what follows', async () => {
    const { time, consumer } = consumers()
    const { consume } = consumer({
      handler: () => new Promise(() => {}),
      maxRunTime: '1s',
      lease: '1s',
      onAbandoned: 'reject',
    })
    expect(await time.outlast(consume(order))).toMatchObject({ action: 'retry', reason: 'in-progress' })
    await time.advance(2_000)
    expect(await time.outlast(consume(order))).toMatchObject({ action: 'dead-letter', reason: 'abandoned' })
  })
})
