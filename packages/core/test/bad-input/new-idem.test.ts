import { describe, it } from 'vitest'
import { InvalidKeyError } from '../../src/errors'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { systemRuntime } from '../../src/runtime'
import {
  type Anything,
  attemptCases,
  type Case,
  isRefused,
  notCounts,
  notDurations,
  notFunctions,
  notObjects,
  of,
  withOwn,
} from './cases'

describe('new Idem', () => {
  const store = new MemoryStore()
  it.each<Case>([
    ...notObjects.map((options): Case => ['options', options]),
    ['options', undefined],
    ...of('store', [undefined, ...notObjects, {}]),
    ...(
      [
        'claim',
        'extend',
        'complete',
        'fail',
        'release',
        'saveStep',
        'resolve',
        'get',
        'delete',
        'list',
      ] as const
    ).map((method): Case => ['store', { store: Object.create(store, { [method]: { value: undefined } }) }]),
    ['store', { store: Object.create(store, { watch: { value: true } }) }],
    ['store', { store: Object.create(store, { transactions: { value: {} } }) }],
    ['store', { store: Object.create(store, { diagnose: { value: 'all is well' } }) }],
    ...withStore(attemptCases),
    ...withStore(of('namespace', [null, 5, {}, ['a', 'b'], 'n'.repeat(65)])),
    ...withStore(of('namespace', ['', 'a\nb', '\udc00'], InvalidKeyError)),
    ...withStore(of('observer', notFunctions)),
    ...withStore(of('runtime', [...notObjects, {}])),
    ...(['now', 'schedule', 'random', 'token'] as const).map(
      (method): Case => ['runtime', { store, runtime: { ...systemRuntime, [method]: 5 } }],
    ),
    ...[null, true, false, 0, 5, {}].map((cache): Case => ['cache max', { store, cache }]),
    ...notCounts.map((max): Case => ['cache max', { store, cache: { max, maxAge: '1m' } }]),
    ...[undefined, 0, ...notDurations].map(
      (maxAge): Case => ['cache maxAge', { store, cache: { max: 1, maxAge } }],
    ),
    ['size', { store, cache: { max: 1, maxAge: '1m', size: 5 } }],
    ...withStore([...of('name', ['n']), ...of('scope', ['s']), ...of('signal', [AbortSignal.abort()])]),
  ])('refuses a wrong %s: %o', async (...wrong) => {
    await isRefused(() => new Idem(wrong[1] as Anything), wrong)
  })

  /** With a store, so that it is the option that is wrong; what is no object at all stays what it is. */
  function withStore(cases: Case[]): Case[] {
    return cases
      .filter(([names]) => names !== 'options')
      .map(([names, options, ...error]) => [names, withOwn(options, { store }), ...error] as Case)
  }
})
