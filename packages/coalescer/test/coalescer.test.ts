import { describe, expect, it } from 'vitest'
import { Coalescer, Lanes } from '../src/index'

interface Request {
  readonly key: string
  readonly kind?: string
}

function coalescer({
  lanes = new Lanes(2),
  batchSize = 100,
  longestWaitMs = 60_000,
  fails = (_: readonly Request[]): boolean => false,
  batches = [] as string[][],
  replies = (batch: readonly Request[]): (string | Promise<string>)[] => batch.map(({ key }) => `re: ${key}`),
} = {}) {
  const created = new Coalescer<Request, string>({
    lanes,
    batchSize,
    longestWaitMs,
    together: (one, other) => one.kind === other.kind,
    isAboutOne: (error) => error instanceof RangeError,
    send: async (batch) => {
      batches.push(batch.map(({ key }) => key))
      await new Promise((resolve) => setImmediate(resolve))
      if (fails(batch)) throw new RangeError('at fault')
      return replies(batch)
    },
  })
  return {
    batches,
    add: (key: string, kind?: string) => created.add(kind === undefined ? { key } : { key, kind }),
  }
}

describe('a coalescer', () => {
  it('sends the first at once, and what comes meanwhile together, in the order of the keys', async () => {
    const { batches, add } = coalescer()
    const replies = ['c', 'b', 'a', 'd'].map((key) => add(key))
    expect(batches).toEqual([['c']])
    expect(await Promise.all(replies)).toEqual(['re: c', 're: b', 're: a', 're: d'])
    expect(batches).toEqual([['c'], ['a', 'b', 'd']])
  })

  it('sends one after another at once, where nobody else is about', async () => {
    const { batches, add } = coalescer()
    for (const key of ['b', 'a']) {
      const reply = add(key)
      expect(batches.at(-1)).toEqual([key])
      await reply
    }
  })

  it('never puts a key twice into a batch, nor what does not go together', async () => {
    const { batches, add } = coalescer()
    await Promise.all([add('x'), add('a'), add('a'), add('b', 'other'), add('b')])
    expect(batches.slice(1).sort()).toEqual([['a'], ['a', 'b'], ['b']])
  })

  it('lets nobody go before those who wait: callers in a loop end up in batches', async () => {
    for (const lanes of [1, 2, 4]) {
      const { batches, add } = coalescer({ lanes: new Lanes(lanes) })
      const caller = async (_: unknown, i: number) => {
        for (let round = 0; round < 20; round++) await add(`${i} ${round}`)
      }
      await Promise.all(Array.from({ length: 64 }, caller))
      expect(batches.length).toBeLessThan(64 * 20 * (lanes / 16))
    }
  })

  it('holds to the size of a batch, and to the number of lanes, of all coalescers together', async () => {
    const lanes = new Lanes(2)
    const [one, other] = [coalescer({ lanes, batchSize: 3 }), coalescer({ lanes, batchSize: 3 })]
    const replies = Array.from({ length: 10 }, (_, i) => [one.add(`${i}`), other.add(`${i}`)]).flat()
    await new Promise((resolve) => setImmediate(resolve))
    expect(one.batches.length + other.batches.length).toBeLessThanOrEqual(3)
    await Promise.all(replies)
    for (const batch of [...one.batches, ...other.batches]) expect(batch.length).toBeLessThanOrEqual(3)
  })

  it('sends a batch that failed by the fault of one again, one by one', async () => {
    const { batches, add } = coalescer({ fails: (batch) => batch.some(({ key }) => key === 'bad') })
    const settled = await Promise.allSettled(['first', 'a', 'bad', 'c'].map((key) => add(key)))
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(batches).toEqual([['first'], ['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
  })

  it('sends one by one what each reply is waited for, also one that takes longer', async () => {
    const underWay = { now: 0, most: 0 }
    const slow = async (key: string): Promise<string> => {
      underWay.most = Math.max(underWay.most, ++underWay.now)
      await new Promise((resolve) => setTimeout(resolve, 5))
      underWay.now--
      if (key === 'late') throw new Error('at fault, later')
      return `re: ${key}`
    }
    const { add } = coalescer({
      lanes: new Lanes(1),
      fails: (batch) => batch.length > 1,
      replies: (batch) => batch.map(({ key }) => slow(key)),
    })
    const settled = await Promise.allSettled(['first', 'a', 'late', 'z'].map((key) => add(key)))
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(underWay).toEqual({ now: 0, most: 1 })
  })

  it('keeps nobody waiting for a reply that takes longer, and the lane until it is there', async () => {
    const lanes = new Lanes(1)
    let answer = (_: string) => {}
    const slow = new Promise<string>((resolve) => {
      answer = resolve
    })
    const batches: string[][] = []
    const { add } = coalescer({
      lanes,
      batches,
      replies: (batch) => batch.map(({ key }) => (key === 'slow' ? slow : `re: ${key}`)),
    })
    await add('first')
    const replies = [add('before'), add('slow'), add('quick')]
    expect(await Promise.all([replies[0], replies[2]])).toEqual(['re: before', 're: quick'])
    const later = add('later')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(batches).toEqual([['first'], ['before'], ['quick', 'slow']])
    answer('at last')
    expect(await Promise.all([replies[1], later])).toEqual(['at last', 're: later'])
    expect(batches.at(-1)).toEqual(['later'])
  })

  it('passes on the failure of one whose reply takes longer, and frees the lane', async () => {
    const { add } = coalescer({
      lanes: new Lanes(1),
      replies: (batch) =>
        batch.map(({ key }) => (key === 'bad' ? Promise.reject(new Error('at fault')) : `re: ${key}`)),
    })
    await expect(add('bad')).rejects.toThrow('at fault')
    expect(await add('good')).toBe('re: good')
  })
})
