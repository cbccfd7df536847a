import { expect, it } from 'vitest'
import { tally } from '../../src/duplicates/tally'
import { keySource } from '../../src/work/key-source'
import type { OpenLibrary } from '../../src/work/library'

const crowd = { keys: 3, callers: 5, workMs: 1 }
const close = async () => {}

/** Leaves out how long it took. */
async function count(call: OpenLibrary['call']) {
  const { ms: _, ...counts } = await tally({ call, close }, keySource().next, crowd)
  return counts
}

it('counts one run a key and the same answer for all where a key is protected', async () => {
  const running = new Map<string, Promise<unknown>>()
  const call: OpenLibrary['call'] = (key, handler) => {
    const answer = running.get(key) ?? handler()
    running.set(key, answer)
    return answer
  }
  expect(await count(call)).toEqual({ runs: 3, same: 15, different: 0, refused: 0 })
})

it('counts as different what further runs answer', async () => {
  expect(await count((_, handler) => handler())).toEqual({ runs: 15, same: 3, different: 12, refused: 0 })
})

it('counts callers that are refused', async () => {
  const taken = new Set<string>()
  const call: OpenLibrary['call'] = async (key, handler) => {
    if (taken.has(key)) throw new Error('busy')
    taken.add(key)
    return handler()
  }
  expect(await count(call)).toEqual({ runs: 3, same: 3, different: 0, refused: 12 })
})

it('counts nothing as the answer but the answer', async () => {
  const call: OpenLibrary['call'] = async (_, handler) => void (await handler())
  expect(await count(call)).toEqual({ runs: 15, same: 0, different: 15, refused: 0 })
})
