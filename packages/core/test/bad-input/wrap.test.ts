import { describe, expect, it } from 'vitest'
import { CodecError, InvalidKeyError } from '../../src/errors'
import { MemoryStore } from '../../src/memory/memory-store'
import {
  type Anything,
  attemptCases,
  type Case,
  isRefused,
  notFunctions,
  notKeys,
  notObjects,
  notSignals,
  of,
  spied,
  thrownBy,
  withOwn,
  work,
} from './cases'

describe('Idem.wrap', () => {
  const right = { name: 'charge', key: () => 'key' }

  it.each<Case>([
    ...attemptCases.filter(([names]) => names !== 'options').map(withRight),
    ...notObjects.map((options): Case => ['options', options]),
    ['options', undefined],
    ...of('name', [undefined, ...notKeys], InvalidKeyError).map(withRight),
    ...of('key', [undefined, ...notFunctions]).map(withRight),
    ...of('scope', notFunctions).map(withRight),
    ...of('signal', [...notFunctions, AbortSignal.abort()]).map(withRight),
    ...of('fingerprint', [...notFunctions, 0, '']).map(withRight),
    ...of('store', [new MemoryStore()]).map(withRight),
  ])('refuses a wrong %s at once: %o', async (...wrong) => {
    const { idem } = spied()
    await isRefused(() => idem.wrap(work, wrong[1] as Anything), wrong)
  })

  it.each([...notFunctions, undefined])('refuses %o for a function', async (fn) => {
    const { idem } = spied()
    await isRefused(() => idem.wrap(fn as Anything, right), ['fn', fn])
  })

  describe.each(['call', 'execute', 'inspect', 'forget', 'resolve'] as const)('%s', (method) => {
    const callOf = (options: object, ...args: unknown[]): [act: () => unknown, calls: () => unknown[]] => {
      const { idem, calls } = spied()
      const wrapped = idem.wrap((..._args: unknown[]) => 'done', { ...right, ...options } as Anything)
      if (method === 'call') return [() => wrapped(...args), calls]
      if (method === 'resolve') return [() => wrapped.resolve(args, 'value'), calls]
      return [() => wrapped[method](...args), calls]
    }

    it.each([...notKeys, undefined])('refuses the key %o before the store is called', async (key) => {
      const [act, calls] = callOf({ key: () => key })
      await isRefused(act, ['key', key, InvalidKeyError])
      expect(calls()).toEqual([])
    })

    it.each([...notKeys, undefined])('refuses the scope %o rather than take it for none', async (scope) => {
      const [act, calls] = callOf({ scope: () => scope })
      await isRefused(act, ['scope', scope, InvalidKeyError])
      expect(calls()).toEqual([])
    })

    it('throws what the key function throws, and calls no store', async () => {
      const thrown = new Error('no id')
      const [act, calls] = callOf({
        key: () => {
          throw thrown
        },
      })
      expect(await thrownBy(act)).toBe(thrown)
      expect(calls()).toEqual([])
    })
  })

  it('refuses arguments that have no text, unless told what the payload is', async () => {
    const { idem, calls } = spied()
    const fn = async (_callback: () => void): Promise<string> => 'done'
    const error = await thrownBy(() => idem.wrap(fn, right)(() => {}))
    expect(error).toBeInstanceOf(CodecError)
    expect((error as Error).message).toContain('a function at .0')
    expect(calls()).toEqual([])
    expect(await idem.wrap(fn, { ...right, fingerprint: false })(() => {})).toBe('done')
    expect(await idem.wrap(fn, { ...right, fingerprint: () => 1 })(() => {})).toBe('done')
  })

  it.each(notSignals)('refuses the signal %o of a call before the store is called', async (signal) => {
    const { idem, calls } = spied()
    const wrapped = idem.wrap(work, { ...right, signal: () => signal as Anything })
    await isRefused(() => wrapped(), ['signal', signal])
    expect(calls()).toEqual([])
  })

  it.each([null, undefined, 5, 'key', {}])('refuses to resolve the arguments %o', async (args) => {
    const { idem, calls } = spied()
    await isRefused(() => idem.wrap(work, right).resolve(args as Anything, 'value'), ['args', args])
    expect(calls()).toEqual([])
  })

  function withRight([names, options, ...error]: Case): Case {
    return [names, withOwn({ ...right }, options as object), ...error]
  }
})
