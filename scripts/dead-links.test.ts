import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { deadLinks, documentsIn } from './dead-links.ts'

const ROOT = join(import.meta.dirname, '..')
const README = join(ROOT, 'README.md')
const documents = documentsIn(ROOT)

test('the documents of the repository are found', () => {
  const names = documents.map((document) => relative(ROOT, document))
  expect(names).toEqual(
    expect.arrayContaining(['README.md', 'docs/http.md', 'docs/guides/stock.md', 'packages/core/README.md']),
  )
  expect(names.filter((name) => name.includes('node_modules'))).toEqual([])
})

test.each(documents.map((document) => relative(ROOT, document)))('no link in %s is dead', (name) => {
  expect(deadLinks(ROOT, join(ROOT, name))).toEqual([])
})

test.each([
  ['a file that is not there', '[a](docs/none.md)', 'docs/none.md'],
  ['a picture that is not there', '<img src="docs/none.png">', 'docs/none.png'],
  ['a heading that is not there', '# One\n[a](#two)', '#two'],
  ['a heading that another document lacks', '[a](docs/http.md#none)', 'docs/http.md#none'],
  ['what is outside of the repository', '[a](../x.md)', '../x.md'],
  ['a heading that is only in code', '```sh\n# two\n```\n[a](#two)', '#two'],
])('a link to %s is dead', (_, text, dead) => {
  expect(deadLinks(ROOT, README, text)).toEqual([dead])
})

test.each([
  ['a file', '[a](docs/http.md)'],
  ['a folder', '[`a`](packages/core)'],
  ['a heading', '[a](docs/http.md#what-a-client-gets)'],
  [
    'a heading with a link and signs in it',
    '## What [it](x) is: `a` (b)\n[a](#what-it-is-a-b)'.replace('(x)', '(docs)'),
  ],
  ['the second heading of a name', '# One\n# One\n[a](#one-1)'],
  ['another host', '[a](https://example.com/none.md)'],
  ['something in code', '`[a](none.md)`\n```ts\nlist[0](none.md)\n```'],
])('a link to %s is none of those', (_, text) => {
  expect(deadLinks(ROOT, README, text)).toEqual([])
})
