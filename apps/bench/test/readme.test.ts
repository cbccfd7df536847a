import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PROGRAMS } from '../src/programs/programs'
import { withTables } from '../src/readme'

const page = '# Bench\n\n<!-- bench:redis -->\nold\n<!-- /bench:redis -->\n\nThe end.\n'

describe('withTables', () => {
  it("replaces what stands in the program's place, and nothing else", () => {
    const once = withTables(page, 'redis', 'new')
    expect(once).toBe('# Bench\n\n<!-- bench:redis -->\n\nnew\n\n<!-- /bench:redis -->\n\nThe end.\n')
    expect(withTables(once, 'redis', 'new')).toBe(once)
  })

  it.each([
    ['no place', '# Bench\n'],
    ['a place that does not end', '<!-- bench:redis -->\n'],
    ['two places', page + page],
    ['another program', page.replaceAll('redis', 'postgres')],
  ])('refuses a page with %s', (_, document) => {
    expect(() => withTables(document, 'redis', 'new')).toThrow('the README needs one place for redis')
  })
})

it('finds a place for every program in the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  for (const { name } of PROGRAMS) expect(withTables(readme, name, 'tables')).toContain('tables')
})
