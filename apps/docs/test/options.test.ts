import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missingIn, withTables } from '../src/options/option-tables'
import { type Option, readOptions } from '../src/options/read-options'
import { REPOSITORY } from '../src/pages'

const document = readFileSync(join(REPOSITORY, 'docs/options.md'), 'utf8')
const types = readOptions()

describe('docs/options.md', () => {
  it('shows every option of the public packages', () => {
    expect([...types.values()].flat().length).toBeGreaterThan(100)
    expect(missingIn(document, types)).toEqual([])
  })

  it('says of each what the sources say: if not, `npx -y pnpm@10.34.9 --filter @idem/docs run options`', () => {
    expect(withTables(document, types)).toBe(document)
  })

  it('is found out if an option is new, or is another', () => {
    const option: Option = {
      name: 'patience',
      type: 'Duration',
      required: false,
      default: "`'1s'`",
      description: 'How long | to wait.',
      place: 'patience.ts:patience',
    }
    const title = 'OtelOptions of @idem/otel'
    const more = new Map(types).set(title, [...(types.get(title) ?? []), option])
    const unseen = new Map(types).set('NewOptions of @idem/core', [option])
    expect(withTables(document, more)).toContain(
      "| `patience` | How long \\| to wait.<br>`Duration` | `'1s'` |",
    )
    expect(withTables(document, more)).not.toBe(document)
    expect(missingIn(document, unseen)).toEqual(['NewOptions of @idem/core: patience'])
  })
})
