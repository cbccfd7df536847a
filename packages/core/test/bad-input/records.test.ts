import { describe, expect, it } from 'vitest'
import { CodecError, InvalidKeyError } from '../../src/errors'
import type { Idem } from '../../src/idem'
import {
  type Anything,
  type Case,
  isRefused,
  notCounts,
  notKeys,
  notObjects,
  of,
  placeCases,
  spied,
  thrownBy,
} from './cases'

describe.each(['inspect', 'forget', 'resolve'] as const)('Idem.%s', (method) => {
  const call = (idem: Idem, key: unknown, options?: unknown): Promise<unknown> =>
    method === 'resolve'
      ? idem.resolve(key as Anything, 'value', options as Anything)
      : idem[method](key as Anything, options as Anything)

  it.each<Case>([
    ...notObjects.map((options): Case => ['options', options]),
    ...placeCases,
    ...of('codec', [null, {}]),
    ['scpoe', { scpoe: 'tenant' }],
  ])('refuses a wrong %s before the store is called: %o', async (...wrong) => {
    const { idem, calls } = spied()
    await isRefused(() => call(idem, 'key', wrong[1]), wrong)
    expect(calls()).toEqual([])
  })

  it.each([...notKeys, undefined])('refuses the key %o before the store is called', async (key) => {
    const { idem, calls } = spied()
    await isRefused(() => call(idem, key), ['key', key, InvalidKeyError])
    expect(calls()).toEqual([])
  })
})

describe('Idem.resolve', () => {
  it.each([[() => {}], [Symbol('s')], [new Error('no')], ['x'.repeat(2 ** 20)]])(
    'refuses a value that cannot be kept, before the store is called',
    async (value) => {
      const { idem, calls } = spied()
      expect(await thrownBy(() => idem.resolve('key', value))).toBeInstanceOf(CodecError)
      expect(calls()).toEqual([])
    },
  )
})

describe('Idem.page', () => {
  it.each<Case>([
    ...notObjects.map((options): Case => ['options', options]),
    ...of('state', [null, 'done', '', 5, {}]),
    ...of('limit', [...notCounts, 1001, Number.POSITIVE_INFINITY]),
    ...of('cursor', [null, 5, {}]),
    ['status', { status: 'running' }],
  ])('refuses a wrong %s before the store is called: %o', async (...wrong) => {
    const { idem, calls } = spied()
    await isRefused(() => idem.page(wrong[1] as Anything), wrong)
    expect(calls()).toEqual([])
  })
})

describe('Idem.records', () => {
  it.each<Case>([
    ...notObjects.map((options): Case => ['options', options]),
    ...of('state', [null, 'done', '', 5, {}]),
    ['status', { status: 'running' }],
  ])('refuses a wrong %s before the store is called: %o', async (...wrong) => {
    const { idem, calls } = spied()
    await isRefused(() => idem.records(wrong[1] as Anything).next(), wrong)
    expect(calls()).toEqual([])
  })
})
