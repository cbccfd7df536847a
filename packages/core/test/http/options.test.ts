import { describe, expect, it } from 'vitest'
import { idempotent, idempotentFetch } from '../../src/http/index'
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
const handler = () => new Response()
const durations = [
  'retention',
  'tombstone',
  'lease',
  'maxRunTime',
  'settleTimeout',
  'storeTimeout',
  'maxWait',
  'retryAfter',
]
const notBooleans = [null, 0, 'yes', {}]

const naming = (names: string) => new RegExp(`^${names} (must|is no option)`)

describe('idempotent', () => {
  it.each<Case>([
    ...of('idem', [undefined, null, 5, {}, new MemoryStore()]),
    ...of('scope', [undefined, ...notFunctions, 'user']),
    ...of('name', [null, 5, '', 'a\0', [], [''], 'x'.repeat(256)]),
    ...of('key', [...notFunctions, 'X-Request-Id']),
    ...of('fingerprint', [...notFunctions, false, 'none']),
    ...of('keeps', notFunctions),
    ...of('keepHeaders', [null, 'set-cookie', 5, {}, [5]]),
    ...of('strict', notBooleans),
    ...of('required', notBooleans),
    ...of('docs', [null, 5, '', 'a b', '/docs>; rel="x"', 'a\r\nb']),
    ...of('onAbandoned', [null, 5, 'wait', {}]),
    ...of('onStoreDown', [null, 5, 'ignore']),
    ...of('maxBodyBytes', notCounts),
    ...of('maxRequestBytes', notCounts),
    ...of('maxAttempts', notCounts),
    ...durations.flatMap((option) => of(option, notDurations)),
    ...of('onInProgress', ['wait']),
    ...of('store', [new MemoryStore()]),
  ])('refuses a wrong %s at once: %o', (names, input) => {
    const options = { idem, scope: 'public', ...(input as object) } as Anything
    expect(() => idempotent(handler, options)).toThrow(TypeError)
    expect(() => idempotent(handler, options)).toThrow(naming(names))
  })

  it.each([...notObjects, undefined])('refuses %o for options', (options) => {
    expect(() => idempotent(handler, options as Anything)).toThrow(naming('options'))
  })

  it.each([...notFunctions, undefined])('refuses %o for a handler', (wrong) => {
    expect(() => idempotent(wrong as Anything, { idem, scope: 'public' })).toThrow(naming('handler'))
  })

  it('refuses a key where the request itself is the key', () => {
    const options = { idem, scope: 'public', fingerprint: 'only', key: () => 'a' } as const
    expect(() => idempotent(handler, options)).toThrow(TypeError)
  })
})

describe("fingerprint: 'only'", () => {
  it('is refused where nothing would be protected', () => {
    const options = { idem, scope: 'public', fingerprint: 'only', required: false } as const
    expect(() => idempotent(handler, options)).toThrow(TypeError)
    expect(() => idempotent(handler, options)).toThrow(naming('required'))
  })

  it.each([
    ['POST', undefined, 1],
    ['PUT', undefined, 2],
    ['PUT', true, 1],
  ])('makes one of two like %s, with required: %s: %i run', async (method, required, expected) => {
    let runs = 0
    const fresh = new Idem({ store: new MemoryStore() })
    const options = { idem: fresh, scope: 'public', fingerprint: 'only', required } as const
    const protectedHandler = idempotent(() => new Response(`${++runs}`), options)
    for (let sent = 0; sent < 2; sent++) await protectedHandler(new Request('http://shop.test/', { method }))
    expect(runs).toBe(expected)
  })
})

describe('idempotentFetch', () => {
  it.each<Case>([
    ...of('fetch', notFunctions),
    ...of('key', notFunctions),
    ...of(
      'retries',
      notCounts.filter((count) => count !== 0),
    ),
    ...['maxRetryAfter', 'deadline', 'backoff'].flatMap((option) => of(option, notDurations)),
    ...of('timeout', [5]),
  ])('refuses a wrong %s at once: %o', (names, input) => {
    expect(() => idempotentFetch(input as Anything)).toThrow(TypeError)
    expect(() => idempotentFetch(input as Anything)).toThrow(naming(names))
  })

  it('takes no retries, and no deadline', () => {
    expect(idempotentFetch({ retries: 0, deadline: Number.POSITIVE_INFINITY })).toBeTypeOf('function')
  })
})
