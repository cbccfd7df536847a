import { describe, expect, it } from 'vitest'
import { targetOf } from '../src/links'
import { addressOf } from '../src/pages'

describe('a link between files of the repository', () => {
  it.each([
    ['docs/http.md', 'queues.md', '/queues'],
    ['docs/guides/stock.md', '../which-scheme.md#two-at-once', '/which-scheme#two-at-once'],
    ['docs/http.md', '../packages/hono', '/packages/hono'],
    ['docs/http.md', '../packages/hono/README.md', '/packages/hono'],
    ['packages/cli/README.md', '../../docs/guarantees.md', '/guarantees'],
    ['docs/evidence.md', '../apps/bench/README.md#redis', '/bench#redis'],
    ['docs/security.md', '../SECURITY.md', '/reporting'],
    ['docs/start.md', '../README.md', '/'],
  ])('in %s to %s leads to %s', (from, href, target) => {
    expect(targetOf(from, href)).toBe(target)
  })

  it('to what is no page leads to its source, or nowhere', () => {
    const source = '../packages/core/src/contracts/store.ts'
    expect(targetOf('docs/http.md', source, 'https://code.example/main/')).toBe(
      'https://code.example/main/packages/core/src/contracts/store.ts',
    )
    expect(targetOf('docs/http.md', source)).toBeUndefined()
  })

  it.each(['none.md', '../../elsewhere.md'])('to %s, which is not there, is refused', (href) => {
    expect(() => targetOf('docs/http.md', href)).toThrow(
      `docs/http.md has a link to ${href}, which is not there`,
    )
  })

  it('has an address without an ending', () => {
    expect(addressOf('apps/docs/reference/README.md')).toBe('/reference/')
    expect(addressOf('packages/core/src/index.ts')).toBeUndefined()
  })
})
