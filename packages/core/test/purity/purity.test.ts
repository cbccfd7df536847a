import { createHash } from 'node:crypto'
import { createContext, runInContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtPackage } from './bundle'

let built: Awaited<ReturnType<typeof builtPackage>>
beforeAll(async () => {
  built = await builtPackage()
}, 60_000)
afterAll(() => built?.remove())

/** What web pages, workers and other engines have too, as far as the core may need it; timers are numbers there. */
const webGlobals = {
  AbortController,
  AbortSignal,
  DOMException,
  TextDecoder,
  TextEncoder,
  atob,
  btoa,
  clearTimeout,
  crypto,
  performance: { now: () => performance.now() },
  queueMicrotask,
  setTimeout: (callback: () => void, delayMs: number) => Number(setTimeout(callback, delayMs)),
}

/** Uses the package through and through, with nothing but what the language and the web have; gives plain text. */
const program = `(async () => {
  const { Idem, MemoryLockStore, MemoryStore, Mutex } = idem
  const done = []
  const store = new MemoryStore()
  const shop = new Idem({ store, cache: { max: 10, maxAge: '1m' } })
  const order = { id: 'A-1', at: new Date(0), bytes: Uint8Array.of(0, 128, 255), total: 10n, tags: new Set(['x']) }
  const charge = shop.wrap(
    async (given) => {
      done.push('charged ' + given.id)
      return { ...given, lines: new Map([['a', [1, undefined, -0, NaN]]]) }
    },
    { name: 'charge', key: ({ id }) => id },
  )
  const [first, second] = [await charge(order), await charge.execute(order)]
  done.push(second.replayed, second.value.bytes.join(), second.value.total === first.total, second.value.lines.size)
  done.push(await charge({ ...order, total: 11n }).catch((error) => error.code))
  done.push((await charge.inspect(order)).state, await charge.forget(order), await charge.inspect(order))

  const attempts = []
  const ship = () => shop.run('ship', async (ctx) => {
    attempts.push(ctx.attempt)
    const label = await ctx.step('label', () => 'label of ' + ctx.attempt)
    if (ctx.attempt === 1) throw new TypeError('no van')
    return [label, ctx.subkey('van'), ctx.signal.aborted]
  })
  done.push(await ship().catch((error) => error.message), ...(await ship()), attempts.join())

  const lost = new AbortController()
  const waiting = shop.run('slow', () => new Promise(() => {}), { signal: lost.signal })
  lost.abort()
  done.push(await waiting.catch((error) => error.name))
  done.push(await new Mutex({ store: new MemoryLockStore() }).run('door', (lock) => typeof lock.fence))
  return JSON.stringify(done)
})()`

const expected = [
  'charged A-1',
  true,
  '0,128,255',
  true,
  1,
  'FINGERPRINT_MISMATCH',
  'succeeded',
  true,
  null,
  'no van',
  'label of 1',
  createHash('sha256').update('idem:::ship\nvan').digest('base64url'),
  false,
  '1,2',
  'AbortError',
  'number',
]

describe('the built package', () => {
  it.each([
    'index.js',
    'index.cjs',
    'consumer.js',
    'consumer.cjs',
    'encrypted.js',
    'encrypted.cjs',
    'http.js',
    'http.cjs',
    'hash/sha256.web.js',
    'hash/sha256.web.cjs',
  ])('imports nothing of Node in %s', async (file) => {
    const code = await built.read(file)
    expect(code).not.toMatch(/['"]node:/)
    const imports = [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(.+?)\1/g)]
    expect(new Set(imports.map(([, , from]) => from))).toEqual(
      new Set(/^(hash|consumer|encrypted)/.test(file) ? [] : ['#sha256']),
    )
  })

  it("has Node's own hash where Node asks for it, and nothing else of Node", async () => {
    const code = await built.read('hash/sha256.node.js')
    expect(code.match(/['"]node:[^'"]+['"]/g)).toEqual(['"node:crypto"'])
  })

  it('runs where there is nothing but the language and the web', async () => {
    const context = createContext(webGlobals)
    expect(runInContext('[typeof process, typeof Buffer, typeof require, typeof global]', context)).toEqual(
      Array(4).fill('undefined'),
    )
    runInContext(await built.script(), context)
    expect(JSON.parse(await runInContext(program, context))).toEqual(expected)
  })

  it('touches nothing when it is loaded', async () => {
    const context = createContext({})
    const script = await built.script()
    runInContext(script, context)
    expect(Object.keys(context)).toEqual(['idem'])
  })
})
