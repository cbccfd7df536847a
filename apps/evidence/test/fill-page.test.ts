import { describe, expect, test } from 'vitest'
import { fillPage } from '../src/page/fill-page'
import type { Figures } from '../src/results/figures'
import { NotRun } from '../src/results/kept-results'
import type { Result } from '../src/results/result'

const result = (figures: Figures): Result => ({
  command: 'pnpm play',
  date: '2026-11-22',
  commit: 'abc1234',
  machine: 'a machine',
  seconds: 240,
  figures,
})

const results: Record<string, Result> = {
  tests: result({
    files: {
      'packages/core/test/cache/cache.test.ts': { passed: 3, skipped: 0 },
      'packages/core/test/cache/cold.test.ts': { passed: 1200, skipped: 2 },
      'apps/demo/test/storm.test.ts': { passed: 5, skipped: 0 },
      'apps/demo/test/never.test.ts': { passed: 0, skipped: 4 },
    },
  }),
  play: result({ histories: 1234567, ratio: '0.70', 'by name': { 'one, more': 7 } }),
  other: result({ histories: 1 }),
}

function fill(template: string): string {
  return fillPage(template, {
    get(run) {
      const found = results[run]
      if (found === undefined) throw new NotRun(run)
      return found
    },
  })
}

describe('the page', () => {
  test('takes figures from the runs', () => {
    expect(fill('{{play histories}} of {{play ratio}}, {{play "by name" "one, more"}}')).toBe(
      '1,234,567 of 0.70, 7',
    )
    expect(fill('`{{play command}}` on {{play date}}')).toBe('`pnpm play` on 2026-11-22')
  })

  test('counts the tests of files, and names folders once', () => {
    expect(fill('{{tests core/test/cache/cache}}')).toBe('3 passed')
    expect(fill('{{tests core/test/cache/cache cold}}')).toBe('1,203 passed, 2 skipped')
    expect(fill('{{tests core/test/cache}}')).toBe('1,203 passed, 2 skipped')
    expect(fill('{{tests core/test/cache/cache apps/demo/test/storm}}')).toBe('8 passed')
  })

  test('ends with the runs that it speaks of, and no others', () => {
    const filled = fill('{{play histories}}\n\n{{runs}}\n')
    expect(filled).toContain('| play | `pnpm play` | 2026-11-22 | `abc1234` | 4 min |')
    expect(filled).not.toContain('other')
  })

  test.each([
    ['a figure that a run does not have', '{{play violations}}', 'no figure "violations"'],
    ['many figures in one place', '{{play "by name"}}', 'not one figure'],
    ['a test that is not there', '{{tests core/test/none}}', 'no test passed in packages/core/test/none'],
    ['a test that was only skipped', '{{tests apps/demo/test/never}}', 'no test passed'],
  ])('is not written with %s', (_, template, message) => {
    expect(() => fill(template)).toThrow(message)
  })

  test('leaves out what was not run: rows, paragraphs, and headings with nothing under them', () => {
    const template = `# All

One: {{play ratio}}.

Two: {{soak hours}}
of it.

## Kept

| a | b |
|---|---|
| {{soak hours}} | x |
| {{play ratio}} | y |

## Gone

| a |
|---|
| {{chaos kills}} |

### Gone, too

{{chaos kills}}

## The end

Not run: {{missing}}.`
    expect(fill(template)).toBe(`# All

One: 0.70.

## Kept

| a | b |
|---|---|
| 0.70 | y |

## The end

Not run: \`chaos\`, \`soak\`.`)
  })
})
