import { expect, test } from 'vitest'
import { progressLine } from '../../src/storm/progress-line'
import type { StormRow } from '../../src/storm/storm-report'

const STEP = { way: 'a way', store: 'redis', done: 5, of: 10, row: 2, rows: 3 } as const
const RESULT = { ms: 1234 } as StormRow

function shownOn(out: { isTTY: boolean; columns: number }): {
  line: ReturnType<typeof progressLine>
  text(): string
} {
  let text = ''
  const line = progressLine({
    ...out,
    write: (more: string | Uint8Array) => {
      text += more
      return true
    },
  })
  return { line, text: () => text }
}

test('on a terminal a bar moves in its line, and is gone in the end', () => {
  const { line, text } = shownOn({ isTTY: true, columns: 100 })
  line.show(STEP)
  expect(text()).toBe(`\r\u001b[2K${'█'.repeat(12)}${'░'.repeat(12)} 2/3 redis: a way 5/10`)
  line.clear()
  expect(text().endsWith('\r\u001b[2K')).toBe(true)
})

test('on a narrow terminal it takes no second line', () => {
  const { line, text } = shownOn({ isTTY: true, columns: 20 })
  line.show(STEP)
  expect(text().replace('\r\u001b[2K', '')).toHaveLength(19)
})

test('elsewhere each row is one plain line when it is done', () => {
  const { line, text } = shownOn({ isTTY: false, columns: 80 })
  line.show(STEP)
  line.show({ ...STEP, done: 10, result: RESULT })
  line.clear()
  expect(text()).toBe('2/3 redis: a way, 1234 ms\n')
})
