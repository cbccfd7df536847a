import { expect, it } from 'vitest'
import { progressOn } from '../src/progress'

function written(isTTY: boolean): string {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const stream = { isTTY, write } as unknown as NodeJS.WriteStream
  const { tell, end } = progressOn(stream)
  tell('filling', '10 %')
  tell('filling', '20 %')
  tell('reading')
  end()
  return text
}

it('writes one line over and over where somebody looks, and leaves nothing of it', () => {
  expect(written(true).split('\r\x1b[K')).toEqual(['', 'filling, 10 %', 'filling, 20 %', 'reading, ', ''])
})

it('writes a line for each stage where nobody does', () => {
  expect(written(false)).toBe('filling\nreading\n')
})
