import { describe, expect, it } from 'vitest'
import { InvalidKeyError } from '../../src/errors'
import {
  type Anything,
  attemptCases,
  type Case,
  callCases,
  isRefused,
  notFunctions,
  notKeys,
  of,
  spied,
  thrownBy,
  work,
} from './cases'

describe.each(['run', 'execute'] as const)('Idem.%s', (method) => {
  it.each<Case>([
    ...attemptCases,
    ...callCases,
    ...of('tx', [{}]),
    ...of('key', ['a']),
    ...of('cache', [{}]),
  ])('refuses a wrong %s before the store is called: %o', async (...wrong) => {
    const { idem, calls } = spied()
    await isRefused(() => idem[method]('key', work, wrong[1] as Anything), wrong)
    expect(calls()).toEqual([])
  })

  it.each([...notKeys, undefined])('refuses the key %o before the store is called', async (key) => {
    const { idem, calls } = spied()
    await isRefused(() => idem[method](key as Anything, work), ['key', key, InvalidKeyError])
    expect(calls()).toEqual([])
  })

  it.each([...notFunctions, undefined])('refuses %o for a handler', async (handler) => {
    const { idem, calls } = spied()
    await isRefused(() => idem[method]('key', handler as Anything), ['handler', handler])
    expect(calls()).toEqual([])
  })

  it('rejects rather than throws', async () => {
    const { idem } = spied()
    expect(idem[method]('', work).catch(() => 'rejected')).toBeInstanceOf(Promise)
  })

  it('does not run for a caller that has left already', async () => {
    const { idem, calls } = spied()
    const reason = new Error('left')
    const signal = AbortSignal.abort(reason)
    expect(await thrownBy(() => idem[method]('key', work, { signal }))).toBe(reason)
    expect(calls()).toEqual([])
  })
})

describe('ctx', () => {
  it.each([...notKeys, undefined])('refuses the step name %o before the step runs', async (name) => {
    const { idem, store } = spied()
    let ran = false
    const error = await thrownBy(() =>
      idem.run('key', (ctx) =>
        ctx.step(name as Anything, () => {
          ran = true
        }),
      ),
    )
    expect(error).toBeInstanceOf(InvalidKeyError)
    expect((error as Error).message).toMatch(/^step must be /)
    expect(ran).toBe(false)
    expect(store.count('saveStep')).toBe(0)
  })

  it.each([...notFunctions, undefined])('refuses %o for the work of a step', async (run) => {
    const { idem, store } = spied()
    await isRefused(() => idem.run('key', (ctx) => ctx.step('step', run as Anything)), ['run', run])
    expect(store.count('saveStep')).toBe(0)
  })

  it.each([...notKeys, undefined])('refuses the subkey %o', async (name) => {
    const { idem } = spied()
    const error = await thrownBy(() => idem.run('key', (ctx) => ctx.subkey(name as Anything)))
    expect(error).toBeInstanceOf(InvalidKeyError)
    expect((error as Error).message).toMatch(/^subkey must be /)
  })
})
