import { describe, expect, test } from 'vitest'
import { idempotentConsumer } from '../../src/consumer/index'
import { encryptedCodec } from '../../src/encrypted/index'
import { Idem, MemoryStore } from '../../src/index'
import { hangs, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { consumers, failing, order } from './consumer-scene'

const unreachable = rejects

describe('a message', () => {
  test('is applied once, however often it is delivered, by whichever process', async () => {
    const { consumer } = consumers()
    const [one, two] = [consumer(), consumer()]
    expect(await one.consume(order)).toEqual({ action: 'ack', reason: 'applied' })
    expect(await one.consume({ ...order })).toEqual({ action: 'ack', reason: 'duplicate' })
    expect(await two.consume(order)).toEqual({ action: 'ack', reason: 'duplicate' })
    expect([...one.applied, ...two.applied]).toEqual([order])
  })

  test('costs two calls to the store, and a duplicate one', async () => {
    const { consume, store } = consumers().consumer()
    await consume(order)
    expect(store.calls).toEqual(
      ['claim', 'complete', 'diagnose'].filter((call) => store.calls.includes(call as 'claim')),
    )
    const before = store.count('claim') + store.count('complete')
    expect(before).toBe(2)
    await consume(order)
    expect([store.count('claim'), store.count('complete')]).toEqual([2, 1])
  })

  test('of another name, or in another scope, is another', async () => {
    const { process, consumer } = consumers()
    const { consume, idem, applied } = consumer({ scope: ({ total }) => String(total), fingerprint: false })
    await consume(order)
    await consume({ ...order, total: 11 })
    expect(applied.length).toBe(2)
    expect(await idem.inspect(order.id, { name: 'points', scope: '10' })).toMatchObject({
      state: 'succeeded',
    })
    let stock = 0
    const other = idempotentConsumer({
      idem: process().idem,
      name: 'stock',
      key: ({ id }: typeof order) => id,
      handler: () => ++stock,
    })
    expect(await other(order)).toMatchObject({ reason: 'applied' })
    expect(stock).toBe(1)
  })

  test('whose attempt runs elsewhere is not acknowledged, but delivered again when that has settled or lapsed', async () => {
    const { time, consumer } = consumers()
    const hold = gate()
    const one = consumer({ handler: () => hold.promise, lease: '10s' })
    const two = consumer()
    const running = one.consume(order)
    await time.settle()
    for (const { consume } of [one, two]) {
      expect(await time.outlast(consume(order))).toMatchObject({
        action: 'retry',
        reason: 'in-progress',
        afterMs: 10_000,
      })
    }
    hold.open()
    expect(await time.outlast(running)).toMatchObject({ reason: 'applied' })
    expect(await two.consume(order)).toMatchObject({ reason: 'duplicate' })
    expect(two.applied).toEqual([])
  })

  test('whose process died is taken over when its lease has run out', async () => {
    const { time, consumer } = consumers()
    const one = consumer({ handler: () => new Promise(() => {}), lease: '10s' })
    const two = consumer()
    void one.consume(order)
    await time.settle()
    one.store.everything(hangs)
    await time.advance(10_001)
    expect(await time.outlast(two.consume(order))).toEqual({ action: 'ack', reason: 'applied' })
    expect(two.applied).toEqual([order])
  })

  test('is not applied twice by what came of the same retention anew: a tombstone is a duplicate', async () => {
    const { time, consumer } = consumers()
    const { consume, applied } = consumer({ retention: '1m', tombstone: '1h' })
    await consume(order)
    await time.advance(120_000)
    expect(await time.outlast(consume(order))).toEqual({ action: 'ack', reason: 'duplicate' })
    expect(applied.length).toBe(1)
  })

  test('is a duplicate also where what is kept of it can no longer be read: a key of encryption is gone', async () => {
    const store = new MemoryStore()
    const applied: string[] = []
    const consumer = (id: string) =>
      idempotentConsumer<typeof order>({
        idem: new Idem({
          store,
          codec: encryptedCodec({ keys: [{ id, key: crypto.getRandomValues(new Uint8Array(32)) }] }),
        }),
        name: 'points',
        key: (message) => message.id,
        handler: () => void applied.push(id),
      })
    expect(await consumer('old')(order)).toEqual({ action: 'ack', reason: 'applied' })
    expect(await consumer('young')(order)).toEqual({ action: 'ack', reason: 'duplicate' })
    expect(await consumer('young')({ ...order, total: 99 })).toMatchObject({ reason: 'mismatch' })
    expect(applied).toEqual(['old'])
  })
})

describe('a message that cannot be told from others', () => {
  test.each([
    ['no key', { key: () => undefined as unknown as string }, 'INVALID_KEY'],
    ['an empty key', { key: () => '' }, 'INVALID_KEY'],
    ['a key that is too long', { key: () => 'x'.repeat(300) }, 'INVALID_KEY'],
    ['a scope that comes to nothing', { scope: () => undefined as unknown as string }, 'INVALID_KEY'],
    ['a payload that cannot be hashed', { fingerprint: () => () => 1 }, 'CODEC'],
  ])('for it has %s, is a dead letter, and nothing ran', async (_what, options, code) => {
    const { consume, applied, store } = consumers().consumer(options)
    expect(await consume(order)).toMatchObject({
      action: 'dead-letter',
      reason: 'unusable',
      failure: { code },
      attempt: 0,
    })
    expect(applied).toEqual([])
    expect(store.calls).toEqual([])
  })

  test('for finding its key, scope or payload throws, is a dead letter with that error', async () => {
    const fails = () => {
      throw new RangeError('no such field')
    }
    for (const options of [{ key: fails }, { scope: fails }, { fingerprint: fails }]) {
      expect(await consumers().consumer(options).consume(order)).toMatchObject({
        action: 'dead-letter',
        reason: 'unusable',
        failure: { name: 'RangeError', message: 'no such field' },
      })
    }
  })

  test('for its key belongs to another payload, is a dead letter, and the record stays as it was', async () => {
    const { consumer } = consumers()
    const { consume, applied } = consumer()
    await consume(order)
    expect(await consume({ ...order, total: 99 })).toMatchObject({
      action: 'dead-letter',
      reason: 'mismatch',
      failure: { code: 'FINGERPRINT_MISMATCH' },
    })
    expect(await consume(order)).toMatchObject({ reason: 'duplicate' })
    expect(applied).toEqual([order])
  })
})

describe('a store that is down', () => {
  test('at the claim: the message is delivered again, ever later, and has spent no attempt', async () => {
    const { time, consumer } = consumers()
    const { consume, store, applied } = consumer({ attempts: 1 })
    store.everything(unreachable)
    for (const afterMs of [100, 200, 300]) {
      expect(await time.outlast(consume(order))).toMatchObject({
        action: 'retry',
        reason: 'store-down',
        afterMs,
        error: { code: 'STORE' },
      })
    }
    store.everything((send) => send())
    await time.advance(60_000)
    expect(await time.outlast(consume(order))).toEqual({ action: 'ack', reason: 'applied' })
    expect(applied).toEqual([order])
    store.everything(unreachable)
    // It counts anew.
    expect(await time.outlast(consume(order))).toMatchObject({ afterMs: 100 })
  })

  test('does not run unprotected, whatever the Idem allows', async () => {
    const { time, process } = consumers()
    const { idem, store } = process({
      onStoreDown: 'run',
      onInProgress: 'wait',
      maxAttempts: 1,
      isRetryable: () => false,
    })
    let runs = 0
    const consume = idempotentConsumer({ idem, name: 'n', key: () => 'k', handler: () => ++runs })
    store.everything(unreachable)
    expect(await time.outlast(consume({}))).toMatchObject({ action: 'retry', reason: 'store-down' })
    expect(runs).toBe(0)
  })

  test('when the work is done: it is acknowledged, for to deliver it again would invite doing it twice', async () => {
    const { time, consumer } = consumers()
    const { consume, store, applied } = consumer()
    store.always('complete', unreachable)
    expect(await time.outlast(consume(order))).toEqual({ action: 'ack', reason: 'unsettled' })
    expect(applied).toEqual([order])
  })

  test('when the last attempt has failed: not dead until the record says so', async () => {
    const { time, consumer } = consumers()
    const { handler, attempts } = failing(9)
    const { consume, store } = consumer({ handler, attempts: 1, lease: '5s' })
    store.always('saveStep', unreachable)
    expect(await time.outlast(consume(order))).toMatchObject({ action: 'retry', reason: 'failed' })
    store.everything((send) => send())
    await time.advance(10_000)
    expect(await time.outlast(consume(order))).toMatchObject({ action: 'dead-letter', reason: 'attempts' })
    expect(attempts).toEqual([1])
  })
})

test('a delivery that is told to stop is delivered again, and its attempt is told', async () => {
  const { time, consumer } = consumers()
  const stop = new AbortController()
  let told: unknown
  const { consume } = consumer({
    attempts: 2,
    isRetryable: () => false,
    handler: (_message, { signal, attempt }) =>
      attempt === 2 ||
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          told = signal.reason
          reject(signal.reason)
        })
      }),
  })
  const consuming = consume(order, { signal: stop.signal })
  await time.settle()
  stop.abort(new Error('the process ends'))
  expect(await time.outlast(consuming)).toMatchObject({ action: 'retry', reason: 'stopped', afterMs: 0 })
  expect(told).toBe(stop.signal.reason)
  expect(await consume(order, { signal: stop.signal })).toMatchObject({ reason: 'stopped' })
  // To stop when told is no failure, whatever the policy says of errors.
  expect(await time.outlast(consume(order))).toEqual({ action: 'ack', reason: 'applied' })
})

describe('a delivery whose signal aborts', () => {
  /** A handler under way that heeds no signal, and was told to stop. */
  async function told() {
    const { time, consumer } = consumers()
    const stop = new AbortController()
    const hold = gate()
    const signals: AbortSignal[] = []
    const { consume } = consumer({
      handler: (_message, { signal }) => {
        signals.push(signal)
        return hold.promise
      },
    })
    let decision: unknown
    const consuming = consume(order, { signal: stop.signal }).then((decided) => {
      decision = decided
    })
    await time.settle()
    stop.abort(new Error('the process ends'))
    await time.settle()
    expect([signals[0]?.aborted, decision]).toEqual([true, undefined])
    return { time, hold, consume, consuming, decision: () => decision }
  }

  test('is decided when the handler has ended: well, after all', async () => {
    const { time, hold, consume, consuming, decision } = await told()
    hold.open()
    await time.outlast(consuming)
    expect(decision()).toEqual({ action: 'ack', reason: 'applied' })
    expect(await consume(order)).toEqual({ action: 'ack', reason: 'duplicate' })
  })

  test('or not', async () => {
    const { time, hold, consuming, decision } = await told()
    hold.fail(new Error('no stock'))
    await time.outlast(consuming)
    expect(decision()).toMatchObject({ action: 'retry', reason: 'stopped', error: { message: 'no stock' } })
  })

  test('before its attempt has begun, is decided at once, and nothing runs', async () => {
    const { time, consumer } = consumers()
    const { consume, applied, store } = consumer()
    const answer = gate()
    store.coming('claim', (send) => answer.promise.then(send))
    const stop = new AbortController()
    const consuming = consume(order, { signal: stop.signal })
    await time.settle()
    stop.abort()
    expect(await time.outlast(consuming)).toMatchObject({ action: 'retry', reason: 'stopped' })
    answer.open()
    await time.settle()
    expect(applied).toEqual([])
  })

  test('tells also who finds out about an abandoned attempt', async () => {
    const { time, consumer } = consumers()
    const dead = consumer({ handler: () => new Promise(() => {}), lease: '1s' })
    void dead.consume(order)
    await time.settle()
    dead.store.everything(hangs)
    await time.advance(1_001)
    const stop = new AbortController()
    const { consume } = consumer({
      onAbandoned: (_message, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve({ value: 'found' }))),
    })
    const consuming = consume(order, { signal: stop.signal })
    await time.settle()
    stop.abort()
    expect(await time.outlast(consuming)).toEqual({ action: 'ack', reason: 'applied' })
  })

  test('or does not tells its handler, either way, that it has run too long', async () => {
    const { time, consumer } = consumers()
    const { consume } = consumer({
      maxRunTime: '1s',
      handler: (_message, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    const consuming = consume(order, { signal: new AbortController().signal })
    expect(await time.outlast(consuming)).toMatchObject({ action: 'retry', reason: 'in-progress' })
  })
})

test('a signal that outlives its deliveries is let go of by each', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...told: Parameters<typeof addEventListener>) => {
    listeners++
    addEventListener.apply(signal, told)
  }
  signal.removeEventListener = (...told: Parameters<typeof removeEventListener>) => {
    listeners--
    removeEventListener.apply(signal, told)
  }
  const { consumer } = consumers()
  await consumer().consume(order, { signal })
  await consumer().consume(order, { signal })
  await consumer().consume({ ...order, id: '' }, { signal })
  await consumer({ key: () => 'other', handler: failing(9).handler }).consume(order, { signal })
  const unusable = consumer({
    key: () => {
      throw new Error('no such field')
    },
  })
  await unusable.consume(order, { signal })
  expect(listeners).toBe(0)
})

describe('an attempt that stops because its delivery is told to', () => {
  /** How it ends when its signal aborts. */
  const endings: [what: string, end: (reason: unknown) => unknown][] = [
    ['with the reason', (reason) => reason],
    [
      'as the platform does',
      (cause) => Object.assign(new Error('aborted', { cause }), { name: 'AbortError' }),
    ],
    ['with an error that it has caused', (cause) => new Error('the payment failed', { cause })],
  ]

  test.each(endings)('%s, has not failed, and is not counted', async (_what, end) => {
    const { time, consumer } = consumers()
    const numbers: number[] = []
    let isStopping = true
    const { consume } = consumer({
      attempts: 2,
      isRetryable: (_error, number) => {
        numbers.push(number)
        return true
      },
      handler: (_message, { signal }) =>
        new Promise((_resolve, reject) => {
          if (!isStopping) reject(new Error('no stock'))
          signal.addEventListener('abort', () => reject(end(signal.reason)))
        }),
    })
    for (const replays of [0, 1]) {
      isStopping = true
      for (let times = 0; times < 3; times++) {
        const stop = new AbortController()
        const consuming = consume(order, { signal: stop.signal, replays })
        await time.settle()
        stop.abort(new Error('the process ends'))
        expect(await time.outlast(consuming)).toMatchObject({ action: 'retry', reason: 'stopped' })
      }
      isStopping = false
      const retry = { action: 'retry', reason: 'failed', afterMs: 100 }
      expect(await time.outlast(consume(order, { replays }))).toMatchObject(retry)
      const letter = { action: 'dead-letter', reason: 'attempts', failure: { message: 'no stock' } }
      expect(await time.outlast(consume(order, { replays }))).toMatchObject(letter)
    }
    expect(numbers).toEqual([1, 2, 1, 2])
  })

  test('is counted if the store cannot be told, and is delivered again all the same', async () => {
    const { time, consumer } = consumers()
    let isStopping = true
    const { consume, store } = consumer({
      attempts: 2,
      lease: '5s',
      handler: (_message, { signal }) =>
        new Promise((_resolve, reject) => {
          if (!isStopping) reject(new Error('no stock'))
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    })
    const stop = new AbortController()
    const consuming = consume(order, { signal: stop.signal })
    await time.settle()
    store.always('saveStep', unreachable)
    stop.abort()
    expect(await time.outlast(consuming)).toMatchObject({ action: 'retry', reason: 'stopped' })
    isStopping = false
    store.everything((send) => send())
    await time.advance(10_000)
    expect(await time.outlast(consume(order))).toMatchObject({ action: 'dead-letter', reason: 'attempts' })
  })

  test('because it lost its lease or ran too long, is counted', async () => {
    const { time, consumer } = consumers()
    const { consume } = consumer({
      attempts: 1,
      lease: '1s',
      maxRunTime: '1s',
      handler: (_message, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    const { signal } = new AbortController()
    expect(await time.outlast(consume(order, { signal }))).toMatchObject({ reason: 'in-progress' })
    await time.advance(5_000)
    expect(await time.outlast(consume(order, { signal }))).toMatchObject({ reason: 'attempts' })
  })

  test('who was to find out about the last one, is asked again', async () => {
    const { time, consumer } = consumers()
    const dead = consumer({ handler: () => new Promise(() => {}), lease: '1s' })
    void dead.consume(order)
    await time.settle()
    dead.store.everything(hangs)
    await time.advance(1_001)
    const { consume } = consumer({
      attempts: 2,
      onAbandoned: (_message, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    const stop = new AbortController()
    const consuming = consume(order, { signal: stop.signal })
    await time.settle()
    stop.abort()
    expect(await time.outlast(consuming)).toMatchObject({ action: 'retry', reason: 'stopped' })
  })
})

test.each([-1, 0.5, '1', Number.NaN])('replays cannot be %o', async (replays) => {
  const { consume } = consumers().consumer()
  await expect(consume(order, { replays: replays as number })).rejects.toThrow(/^replays must be/)
})
