import { describe, expect, it } from 'vitest'
import { RestOfBody } from '../../../src/http/request/rest-of-body'

const rest = (...pieces: readonly string[]): RestOfBody => {
  const source = pieces.map((piece) => new TextEncoder().encode(piece))
  return new RestOfBody(async () => source.shift())
}

/** What a handler has read that takes so many pieces. */
async function read(body: RestOfBody, pieces: number) {
  for (let count = 0; count < pieces; count++) await body.next()
  return body.part()
}

describe('the rest of a large body', () => {
  it('begins like one that was read as far, however either is cut', async () => {
    const part = await read(rest('abc', 'def', 'ghi'), 2)
    expect(part).toMatchObject({ bytes: 6, ended: false })
    expect(await rest('a', 'bcdefg').beginsLike(part)).toBe(true)
    expect(await rest('abcdef').beginsLike(part)).toBe(true)
    expect(await rest('abcdeX').beginsLike(part)).toBe(false)
    expect(await rest('abcde').beginsLike(part)).toBe(false)
  })

  it('begins like one that was not read at all, whatever it is', async () => {
    const part = await read(rest('abc'), 0)
    expect(await rest('xyz').beginsLike(part)).toBe(true)
  })

  it('is like one that was read to its end only if it ends there too', async () => {
    const part = await read(rest('abc', 'def'), 3)
    expect(part).toMatchObject({ bytes: 6, ended: true })
    expect(await rest('abcd', 'ef').beginsLike(part)).toBe(true)
    expect(await rest('abcdef', 'g').beginsLike(part)).toBe(false)
    expect(await rest('abcdefg').beginsLike(part)).toBe(false)
  })

  it('counts nothing that is read after the answer', async () => {
    const body = rest('abc', 'def')
    const part = await read(body, 1)
    await body.next()
    expect(body.part()).toBe(part)
  })
})
