import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const ofOneLine = (text: string) => text.replaceAll(/\s+/g, ' ')

/** The cells of a row: code without its quotes, and last the reason. */
const cellsOf = (row: string) =>
  row
    .slice(1, row.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
    .map((cell) => cell.replace(/^(`+) ?(.*?) ?\1$/, '$2'))

const [, list = ''] = read('docs/mutation.md').split('## What no test can notice')
const rows = list
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map(cellsOf)

describe('a mutant that no test can notice', () => {
  it.each(rows)('is one of a source that stands there: %s, %s', (file, original = '') => {
    const source = read(`packages/${file?.replace('/', '/src/')}`)
    expect(ofOneLine(source)).toContain(original.replace(/…$/, ''))
  })

  it.each(rows)('is explained: %s, %s becomes %s', (...row) => {
    expect(row).toHaveLength(4)
    expect(row[3]).toMatch(/\w{3,}.*\w$/)
  })
})
