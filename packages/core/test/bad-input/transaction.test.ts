import { describe, expect, it } from 'vitest'
import { InvalidKeyError } from '../../src/errors'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { FaultyStore } from '../support/faulty-store'
import {
  type Anything,
  type Case,
  callCases,
  isRefused,
  notFunctions,
  notKeys,
  of,
  operationCases,
  spied,
  thrownBy,
  work,
} from './cases'

describe('Idem.transaction', () => {
  it.each<Case>([
    ...operationCases,
    ...callCases,
    ...of('lease', ['5s']),
    ...of('maxRunTime', ['5s']),
    ...of('maxAttempts', [5]),
    ...of('onAbandoned', ['rerun']),
    ...of('onStoreDown', ['throw']),
    ...of('settleTimeout', ['5s']),
    ...of('storeTimeout', ['5s']),
    ...of('tx', [null, 5, 'tx', true]),
  ])('refuses a wrong %s before the store is called: %o', async (...wrong) => {
    const { idem, calls } = spied()
    await isRefused(() => idem.transaction('key', work, wrong[1] as Anything), wrong)
    expect(calls()).toEqual([])
  })

  it.each([...notKeys, undefined])('refuses the key %o before the store is called', async (key) => {
    const { idem, calls } = spied()
    await isRefused(() => idem.transaction(key as Anything, work), ['key', key, InvalidKeyError])
    expect(calls()).toEqual([])
  })

  it.each([...notFunctions, undefined])('refuses %o for a body', async (body) => {
    const { idem, calls } = spied()
    await isRefused(() => idem.transaction('key', body as Anything), ['body', body])
    expect(calls()).toEqual([])
  })

  it('is refused on a store that has none', async () => {
    const store = new FaultyStore(new MemoryStore())
    const idem = new Idem({ store }) as unknown as ReturnType<typeof spied>['idem']
    const error = await thrownBy(() => idem.transaction('key', work))
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toContain('needs a store that has transactions')
    expect(store.calls).toEqual([])
  })
})
