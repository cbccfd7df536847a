import { expect } from 'vitest'
import { transactions } from '../../src/engine/transactions'
import { CodecError, InvalidKeyError } from '../../src/errors'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { FaultyStore, type StoreCall } from '../support/faulty-store'

/** As callers without types may do it: anything, anywhere. */
export type Anything = never

/** What is wrong, what the message begins with, and which error it is, if not a TypeError. */
export type Case = [names: string, input: unknown, error?: new (message: string) => Error]

export const notObjects = [null, 5, 'text', true, Symbol('s'), () => {}]
export const notFunctions = [null, 5, 'text', true, {}, [], Promise.resolve()]
export const notDurations = [
  null,
  -1,
  Number.NaN,
  '5',
  '5 s',
  'soon',
  '',
  true,
  {},
  [],
  5n,
  Object.create(null),
]
export const notCounts = [null, 0, -1, 1.5, Number.NaN, '5', true, {}, 5n]
export const notKeys = [
  null,
  '',
  5,
  {},
  [],
  [''],
  ['a', 5],
  new Array(2),
  true,
  'a\nb',
  '\ud800',
  'k'.repeat(256),
]
export const notSignals = [null, 5, 'abort', {}, new AbortController(), true]

export const of = (option: string, values: readonly unknown[], error?: Case[2]): Case[] =>
  values.map((value) => [option, { [option]: value }, ...(error ? [error] : [])] as Case)

/** What an Idem, a wrap, a run and a transaction have in common. */
export const operationCases: Case[] = [
  ...notObjects.map((options): Case => ['options', options]),
  ...of('retention', [...notDurations, 0]),
  ...of('tombstone', notDurations),
  ...of('waitTimeout', notDurations),
  ...of('onInProgress', [null, 'wait ', 'throw', true, 1, {}]),
  ...of('isRetryable', notFunctions),
  ...of('codec', [...notObjects, {}, { encode: () => '' }, { encode: () => '', decode: 'no' }]),
  ...of('errorCodec', [...notObjects, { encode: 5 }, { decode: 'no' }, { decode: null }]),
  ...of('maxResultBytes', notCounts),
  ['retries', { retries: 5 }],
  ['Retention', { Retention: '5s' }],
  ['__proto__', JSON.parse('{"__proto__":5}')],
]
export const attemptCases: Case[] = [
  ...operationCases,
  ...of('lease', [...notDurations, 0, Number.POSITIVE_INFINITY]),
  ...of('maxRunTime', [...notDurations, 0]),
  ...of('settleTimeout', [...notDurations, 0, Number.POSITIVE_INFINITY]),
  ...of('storeTimeout', [...notDurations, 0, Number.POSITIVE_INFINITY]),
  ...of('maxAttempts', notCounts),
  ...of('onAbandoned', [null, 'retry', true, {}]),
  ...of('onStoreDown', [null, 'ignore', true, () => {}]),
]
export const placeCases: Case[] = [
  ...of('scope', notKeys, InvalidKeyError),
  ...of('name', notKeys, InvalidKeyError),
]
export const callCases: Case[] = [
  ...placeCases,
  ...of('signal', notSignals),
  ['cannot be stored: a function', { fingerprint: () => {} }, CodecError],
  ['cannot be stored: an instance of Error', { fingerprint: new Error('no') }, CodecError],
]

/** An Idem over a store that counts, and has transactions that must not begin either. */
export function spied() {
  const begun: string[] = []
  const transact = transactions<object>(async () => {
    begun.push('transact')
    throw new Error('no transaction should begin')
  })
  const store = Object.assign(new FaultyStore(new MemoryStore()), { transactions: transact })
  const idem = new Idem({ store })
  return { idem, store, calls: (): (StoreCall | string)[] => [...store.calls, ...begun] }
}

export async function thrownBy(act: () => unknown): Promise<unknown> {
  try {
    await act()
  } catch (error) {
    return error
  }
  throw new Error('it was not refused')
}

export async function isRefused(act: () => unknown, [names, , kind = TypeError]: Case): Promise<void> {
  const error = await thrownBy(act)
  expect(error).toBeInstanceOf(kind)
  expect((error as Error).message.slice(0, names.length + 1)).toMatch(new RegExp(`^${names}\\b`))
}

export const work = () => 'done'

/** The first with the own properties of the second, whatever their names. */
export function withOwn(one: unknown, other: object): object {
  const both = Object.defineProperties({}, Object.getOwnPropertyDescriptors(one as object))
  return Object.defineProperties(both, Object.getOwnPropertyDescriptors(other))
}
