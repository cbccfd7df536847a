import { describe, expect, it } from 'vitest'
import { idempotentConsumer } from '../../src/consumer/index'
import { InvalidKeyError } from '../../src/errors'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import {
  type Anything,
  type Case,
  notCounts,
  notDurations,
  notFunctions,
  notObjects,
  of,
} from '../bad-input/cases'

const idem = new Idem({ store: new MemoryStore() })
const good = { idem, name: 'points', key: () => 'key', handler: () => {} }
const make = (options: object) => () => idempotentConsumer({ ...good, ...options } as Anything)

describe('idempotentConsumer', () => {
  it.each<Case>([
    ...of('idem', [undefined, null, 5, {}, new MemoryStore()]),
    ...of('key', [undefined, ...notFunctions]),
    ...of('scope', notFunctions),
    ...of(
      'fingerprint',
      [...notFunctions].filter((value) => value !== false),
    ),
    ...of('handler', notFunctions),
    ...of('isRetryable', notFunctions),
    ...of('deadLetter', notFunctions),
    ...of('attempts', notCounts),
    ...of('backoff', [null, 5, '1s', true]),
    ...of('onAbandoned', [null, 5, 'retry']),
    ...['retention', 'lease', 'maxRunTime', 'settleTimeout', 'storeTimeout'].flatMap((option) =>
      of(option, notDurations),
    ),
    ...of('onStoreDown', ['run']),
    ...of('onInProgress', ['wait']),
    ...of('maxAttempts', [5]),
    ...of('atempts', [5]),
  ])('refuses a wrong %s: %o', (option, wrong) => {
    expect(make(wrong as object)).toThrow(TypeError)
    expect(make(wrong as object)).toThrow(new RegExp(`^${option} (must|is no option)`))
  })

  it.each(notObjects)('refuses %o for options', (options) => {
    expect(() => idempotentConsumer(options as Anything)).toThrow(/^options must/)
  })

  it('refuses a name that is none', () => {
    for (const name of [undefined, '', [], 'x'.repeat(256)]) {
      expect(make({ name })).toThrow(InvalidKeyError)
    }
  })

  it('refuses a name that leaves no room for what is put behind it', () => {
    const deadLetter = () => {}
    expect(make({ name: 'x'.repeat(227) })).toThrow(/^name, with what is put behind it, must be/)
    expect(make({ name: 'x'.repeat(227) })).toThrow(InvalidKeyError)
    expect(make({ name: 'x'.repeat(226), deadLetter })).not.toThrow()
  })

  it('refuses a retention that ends while a message waits for its next attempt', () => {
    const wrong = [
      { retention: '5m', attempts: 20 },
      { retention: '5m', attempts: Number.POSITIVE_INFINITY },
      { retention: '8s' },
      { retention: '1m', backoff: { first: '1m' }, attempts: 2 },
      { retention: '1m', backoff: { first: '1m', factor: 1 }, attempts: Number.POSITIVE_INFINITY },
      { retention: '1m', backoff: { first: '2m', max: '1m' } },
    ]
    for (const options of wrong) {
      expect(make(options)).toThrow(TypeError)
      expect(make(options)).toThrow(/^retention must be longer than the longest backoff \(\d+ ms\)/)
    }
    const right = [
      { retention: '9s' },
      { retention: '6m', attempts: 20 },
      { retention: '1ms', attempts: 1 },
      { retention: '1m', backoff: { first: '2m', max: '59s' } },
      { retention: Number.POSITIVE_INFINITY, attempts: Number.POSITIVE_INFINITY },
      { retention: '1s', backoff: () => '1h' },
    ]
    for (const options of right) expect(make(options), JSON.stringify(options)).not.toThrow()
  })

  it('refuses a backoff that is none, and names its part', () => {
    expect(make({ backoff: { first: 'soon' } })).toThrow(/^backoff\.first must/)
    expect(make({ backoff: { max: 0 } })).toThrow(/^backoff\.max must/)
    expect(make({ backoff: { factor: 0.5 } })).toThrow(/^backoff\.factor must/)
    expect(make({ backoff: { last: 5 } })).toThrow(/^last is no option/)
  })

  it('wants a handler or a transaction, not both, and for a transaction a store that has them', () => {
    const transaction = () => {}
    expect(make({ transaction })).toThrow(/either a handler or a transaction/)
    expect(make({ handler: undefined })).toThrow(/either a handler or a transaction/)
    const alone = { handler: undefined, transaction }
    expect(make({ ...alone, onAbandoned: 'rerun' })).toThrow(/^onAbandoned is no option of a transaction/)
  })

  it('accepts what is right', () => {
    const right = {
      attempts: Number.POSITIVE_INFINITY,
      backoff: { first: '1s' },
      fingerprint: false,
      lease: '5s',
    }
    expect(make(right)).not.toThrow()
    expect(make({ name: ['shop', 'points'], onAbandoned: 'reject', scope: () => 'a' })).not.toThrow()
  })
})
