import { describe, expect, it } from 'vitest'
import { OperationFailedError } from '../../src/errors'
import type { ErrorCodec } from '../../src/options/options'
import { scene } from '../support/scene'

/** What a later caller is told of something that a handler threw. */
async function retold(thrown: unknown, errorCodec?: ErrorCodec) {
  const { process } = scene()
  const { idem } = process({ isRetryable: () => false, ...(errorCodec && { errorCodec }) })
  const own = idem.run('a', () => {
    throw thrown
  })
  await expect(own).rejects.toBe(thrown)
  const replay: unknown = await idem.run('a', () => 'no').catch((error: unknown) => error)
  const record = await idem.inspect('a')
  return { replay: replay as OperationFailedError, failure: record?.failure, idem }
}

describe('a stored failure', () => {
  it('keeps name, message, code and JSON details; never the stack, the cause or anything else', async () => {
    const error = Object.assign(new RangeError('declined', { cause: new Error('secret') }), {
      code: 'E_CARD',
      details: { left: 3, at: new Date(0) },
      password: 'secret',
    })
    const { replay, failure } = await retold(error)
    expect(failure).toEqual({
      name: 'RangeError',
      message: 'declined',
      code: 'E_CARD',
      details: { left: 3, at: '1970-01-01T00:00:00.000Z' },
    })
    expect(replay).toBeInstanceOf(OperationFailedError)
    expect(replay).toMatchObject({ code: 'OPERATION_FAILED', message: 'declined', attempt: 1, failure })
  })

  it('keeps a code that is a number, and no other', async () => {
    expect((await retold(Object.assign(new Error('x'), { code: 11000 }))).failure?.code).toBe(11000)
    expect((await retold(Object.assign(new Error('x'), { code: { secret: 1 } }))).failure).toEqual({
      name: 'Error',
      message: 'x',
    })
  })

  it.each([
    ['a string', 'declined', { name: 'Error', message: 'declined' }],
    ['undefined', undefined, { name: 'Error', message: 'undefined' }],
    ['null', null, { name: 'Error', message: 'null' }],
    ['a number', 42, { name: 'Error', message: '42' }],
    ['a symbol', Symbol('x'), { name: 'Error', message: 'Symbol(x)' }],
    ['an object with a message', { message: 'declined' }, { name: 'Error', message: 'declined' }],
    ['an object without a prototype', Object.create(null), { name: 'Error', message: 'unprintable' }],
    ['an empty object', {}, { name: 'Error', message: '[object Object]' }],
    [
      'a DOMException',
      new DOMException('gone', 'AbortError'),
      { name: 'AbortError', message: 'gone', code: 20 },
    ],
  ])('tells what there is to tell of what is no error: %s', async (_, thrown, expected) => {
    const { failure, replay } = await retold(thrown)
    expect(failure).toEqual(expected)
    expect(replay).toMatchObject({ code: 'OPERATION_FAILED', message: expected.message })
  })

  it.each<[string, unknown]>([
    ['getters that throw', hostile((key) => ({ get: () => raise(key) }))],
    ['properties of other types', hostile(() => ({ value: { not: 'text' } }))],
    [
      'a proxy that throws at everything',
      new Proxy({}, { get: () => raise('get'), has: () => raise('has') }),
    ],
    ['a toString that throws', { toString: () => raise('toString') }],
    ['details that are circular', Object.assign(new Error('x'), { details: circular() })],
    ['details that cannot be JSON', Object.assign(new Error('x'), { details: { big: 1n } })],
    [
      'details with a toJSON that throws',
      Object.assign(new Error('x'), { details: { toJSON: () => raise('toJSON') } }),
    ],
    ['details that are a function', Object.assign(new Error('x'), { details: () => {} })],
  ])('survives %s', async (_, thrown) => {
    const { replay, failure } = await retold(thrown)
    expect(replay).toBeInstanceOf(OperationFailedError)
    expect(failure).toMatchObject({ name: expect.any(String), message: expect.any(String) })
    expect(failure).not.toHaveProperty('code')
  })

  it('is cut to a size that always fits', async () => {
    const huge = 'x'.repeat(5_000_000)
    const error = Object.assign(new Error(huge), { name: huge, code: huge, details: { huge } })
    const { failure, replay } = await retold(error)
    expect(JSON.stringify(failure).length).toBeLessThan(30_000)
    expect(failure?.message).toBe('x'.repeat(8192))
    expect(failure).not.toHaveProperty('details')
    expect(replay.message).toHaveLength(8192)
  })

  it('keeps its details up to maxResultBytes, and leaves them out above', async () => {
    const { process } = scene()
    const { idem } = process({ maxResultBytes: 200 })
    const fails = (size: number) => () =>
      Promise.reject(Object.assign(new Error('no'), { details: 'x'.repeat(size) }))
    await idem.run('small', fails(100)).catch(() => {})
    await idem.run('large', fails(200)).catch(() => {})
    expect((await idem.inspect('small'))?.failure?.details).toHaveLength(100)
    expect((await idem.inspect('large'))?.failure).toEqual({ name: 'Error', message: 'no' })
  })

  it('survives characters that UTF-8 has no bytes for', async () => {
    const { failure } = await retold(new Error('a\ud800b\u0000c'))
    expect(failure?.message).toBe('a\ud800b\u0000c')
  })
})

describe('an error codec', () => {
  class CardDeclined extends Error {
    constructor(readonly left: number) {
      super('declined')
    }
  }
  const codec: ErrorCodec = {
    encode: (error) => ({ name: 'CardDeclined', message: 'declined', details: (error as CardDeclined).left }),
    decode: (failure, attempt) => Object.assign(new CardDeclined(failure.details as number), { attempt }),
  }

  it('gives callers that replay their own class', async () => {
    const { replay } = await retold(new CardDeclined(3), codec)
    expect(replay).toBeInstanceOf(CardDeclined)
    expect(replay).toMatchObject({ left: 3, attempt: 1 })
  })

  it('gives callers that share their own class', async () => {
    const { process } = scene()
    const { idem } = process({ errorCodec: codec })
    const own = new CardDeclined(3)
    const calls = [idem.run('a', () => Promise.reject(own)), idem.run('a', () => 'no')]
    const [first, second] = await Promise.allSettled(calls)
    expect(first).toMatchObject({ reason: own })
    expect(second).toMatchObject({ reason: { left: 3 } })
    expect((second as PromiseRejectedResult).reason).toBeInstanceOf(CardDeclined)
  })

  it('may have but one half', async () => {
    const encoding = await retold(new CardDeclined(3), { encode: codec.encode })
    expect(encoding.replay).toBeInstanceOf(OperationFailedError)
    expect(encoding.failure?.details).toBe(3)
    const decoding = await retold(new CardDeclined(3), {
      decode: (failure) => new RangeError(failure.message),
    })
    expect(decoding.replay).toEqual(new RangeError('declined'))
  })

  it.each<[string, ErrorCodec['encode']]>([
    ['throws', () => raise('broken codec')],
    ['gives nothing', () => undefined as never],
    ['gives what has no JSON', () => ({ name: 'x', message: 'x', details: 1n })],
    ['gives no object', (() => () => {}) as never],
    ['gives too much', () => ({ name: 'x', message: 'x'.repeat(2_000_000) })],
  ])('that %s gives way to the default', async (_, encode) => {
    const { failure } = await retold(new RangeError('declined'), { encode })
    expect(failure).toEqual({ name: 'RangeError', message: 'declined' })
  })

  it('that gives no error back gives way to the default', async () => {
    const { replay } = await retold(new Error('declined'), { decode: () => undefined as unknown as Error })
    expect(replay).toBeInstanceOf(OperationFailedError)
  })

  it('is told as it stands when it cannot be read, and hides no other record', async () => {
    const { records, process } = scene()
    const { idem } = process({ isRetryable: () => false })
    const keeping = { retentionMs: 60_000, tombstoneMs: 0 }
    const claim = { leaseMs: 1000, keepMs: 1000, maxAttempts: 1, onAbandoned: 'takeover' } as const
    await records.claim({ key: 'idem:::a', owner: 'o', ...claim })
    await records.fail({ key: 'idem:::a', owner: 'o', kind: 'final', failure: 'not JSON', ...keeping })
    await expect(idem.run('a', () => 1)).rejects.toMatchObject({
      code: 'OPERATION_FAILED',
      failure: { name: 'Error', message: 'not JSON' },
    })
    expect((await idem.page()).records).toMatchObject([{ failure: { message: 'not JSON' } }])
  })

  it('is described by idem when the error codec gives no failure', async () => {
    const { process } = scene()
    const encode = (() => 'boom') as never
    const { idem } = process({ isRetryable: () => false, errorCodec: { encode } })
    await expect(idem.run('a', () => Promise.reject(new Error('declined')))).rejects.toThrow('declined')
    await expect(idem.run('a', () => 1)).rejects.toMatchObject({ failure: { message: 'declined' } })
  })
})

function raise(what: PropertyKey): never {
  throw new Error(`hostile ${String(what)}`)
}

function hostile(descriptor: (key: string) => PropertyDescriptor): object {
  const names = ['name', 'message', 'code', 'details', 'stack', 'toString', 'toJSON']
  return names.reduce((object, name) => Object.defineProperty(object, name, descriptor(name)), {})
}

function circular(): unknown {
  const details: { self?: unknown } = {}
  details.self = details
  return details
}
