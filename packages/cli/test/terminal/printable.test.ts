import { expect, it } from 'vitest'
import { printable } from '../../src/terminal/printable'

it.each([
  ['a\u001b[2Jb', 'a\\x1b[2Jb'],
  ['two\nlines\r', 'two\\x0alines\\x0d'],
  ['\u009b1m', '\\x9b1m'],
  ['a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ['\ud800', '\\ud800'],
  ['naïve ключ 🔑', 'naïve ключ 🔑'],
])('%j does nothing to a terminal', (text, shown) => {
  expect(printable(text)).toBe(shown)
})
