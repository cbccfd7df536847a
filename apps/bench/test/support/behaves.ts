import { expect } from 'vitest'
import { ANSWER, answering } from '../../src/work/answer'
import type { KeySource } from '../../src/work/key-source'
import type { Library } from '../../src/work/library'

/** What a library is measured for: a first call runs the handler, a later one gets its answer without. */
export async function runsOnceAndReplays(library: Library, keys: KeySource): Promise<void> {
  const { call, close } = await library.open()
  try {
    const key = keys.next()
    let runs = 0
    const handler = () => {
      runs++
      return answering()
    }
    expect(await call(key, handler)).toEqual(ANSWER)
    expect(runs).toBe(1)
    for (let calls = 0; calls < 3; calls++) expect(await call(key, handler)).toEqual(ANSWER)
    expect(runs).toBe(1)
    expect(await call(keys.next(), handler)).toEqual(ANSWER)
    expect(runs).toBe(2)
  } finally {
    await close()
  }
}
