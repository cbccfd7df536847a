import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { Coalescer, Lane } from '../src/coalescer'

interface Batch {
  readonly requests: readonly string[]
  answer(): void
  fail(error: Error): void
}

describe('what comes up while something is under way', () => {
  let sent: Batch[]
  let lane: Lane
  let coalescer: Coalescer<string, string>

  const send = (requests: readonly string[]): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const answer = () => resolve(requests.map((request) => `re: ${request}`))
      sent.push({ requests, answer, fail: reject })
    })
  const sameLetter = (one: string, other: string): boolean => one[0] === other[0]
  const read = (reply: unknown): string => {
    if (reply === 're: bad') throw new Error('bad')
    return String(reply)
  }
  const dispatch = { together: sameLetter, send, read }
  const requests = (): string[][] => sent.map((batch) => [...batch.requests])
  const add = (...texts: string[]) => texts.map((text) => coalescer.add(text))

  beforeEach(() => {
    sent = []
    lane = new Lane(4)
    coalescer = new Coalescer(lane, dispatch)
  })

  test('a request is sent at once, alone, when nothing else is under way', () => {
    void add('a1')
    expect(requests()).toEqual([['a1']])
  })

  test('so is every one of a series', async () => {
    for (const request of ['a1', 'a2', 'a3']) {
      const [reply] = add(request)
      expect(sent.at(-1)?.requests).toEqual([request])
      sent.at(-1)?.answer()
      expect(await reply).toBe(`re: ${request}`)
    }
  })

  test('goes out together at the next turn, without waiting for what is under way', async () => {
    const replies = add('a1', 'a2', 'a3')
    expect(requests()).toEqual([['a1']])
    await turn()
    expect(requests()).toEqual([['a1'], ['a2', 'a3']])
    for (const batch of sent) batch.answer()
    expect(await Promise.all(replies)).toEqual(['re: a1', 're: a2', 're: a3'])
  })

  test('goes out in batches of so many at most', async () => {
    void add('a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9')
    await turn()
    expect(requests()).toEqual([['a0'], ['a1', 'a2', 'a3', 'a4'], ['a5', 'a6', 'a7', 'a8'], ['a9']])
  })

  test('goes out apart where it does not belong together', async () => {
    const replies = add('a1', 'a2', 'b1', 'a3', 'b2')
    await turn()
    expect(requests()).toEqual([['a1'], ['a2', 'a3'], ['b1', 'b2']])
    for (const batch of sent.reverse()) batch.answer()
    expect(await Promise.all(replies)).toEqual(['re: a1', 're: a2', 're: b1', 're: a3', 're: b2'])
  })

  test('waits for what is under way on the same lane, whoever sent it', async () => {
    const others = new Coalescer<string, string>(lane, dispatch)
    void add('a1')
    void others.add('z1')
    expect(requests()).toEqual([['a1']])
    await turn()
    expect(requests()).toEqual([['a1'], ['z1']])
  })

  test('fails with its batch, and no other does', async () => {
    const outcomes = Promise.allSettled(add('a1', 'b1', 'b2', 'c1'))
    await turn()
    const [first, second, third] = sent as [Batch, Batch, Batch]
    second.fail(new Error('lost'))
    first.answer()
    third.answer()
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
  })

  test('fails alone where its reply says so', async () => {
    const outcomes = Promise.allSettled(add('b1', 'b2', 'bad', 'b3'))
    await turn()
    for (const batch of sent) batch.answer()
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
  })

  test.each(['answer', 'fail'] as const)('leaves the lane free when all is over (%s)', async (end) => {
    const outcomes = Promise.allSettled(add('a1', 'a2', 'b1'))
    await turn()
    for (const batch of sent) batch[end](new Error('lost'))
    await outcomes
    sent = []
    void add('a4')
    expect(requests()).toEqual([['a4']])
  })

  test('fails with its batch where sending throws, and leaves the lane free', async () => {
    let isBroken = true
    coalescer = new Coalescer(lane, {
      ...dispatch,
      send(requests) {
        if (isBroken) throw new Error('cannot send')
        return send(requests)
      },
    })
    await expect(coalescer.add('a1')).rejects.toThrow('cannot send')
    isBroken = false
    const outcomes = Promise.allSettled(add('a2', 'a3', 'a4'))
    expect(requests()).toEqual([['a2']])
    isBroken = true
    await turn()
    sent[0]?.answer()
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(lane.inFlight).toBe(0)
  })

  test('goes out at once, each alone, where batches are of one', () => {
    coalescer = new Coalescer(new Lane(1), dispatch)
    void add('a1', 'a2', 'a3')
    expect(requests()).toEqual([['a1'], ['a2'], ['a3']])
  })
})
