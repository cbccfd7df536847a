import { expect, test } from 'vitest'
import { startDemo } from '../support/demo'

const fetched = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers })

test('the page and its files come with their types, and may ask nobody else', async () => {
  const { url } = await startDemo()
  const files = [
    ['/', /^text\/html/],
    ['/page/main.js', /^text\/javascript/],
    ['/page/scenarios/stock.js', /^text\/javascript/],
    ['/page/styles/base.css', /^text\/css/],
    ['/page/icon.svg', /^image\/svg/],
  ] as const
  for (const [path, type] of files) {
    const answer = await fetched(url + path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Type')).toMatch(type)
    expect(answer.headers.get('Content-Security-Policy')).toMatch(/^default-src 'self';/)
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(await answer.text()).not.toMatch(/(?:src|href|url\(|from )["'(]?https?:/)
  }
})

test('every file that the page names is there', async () => {
  const { url } = await startDemo()
  const html = await (await fetched(url)).text()
  const named = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(5)
  const seen = new Set<string>()
  for (const path of named) {
    if (seen.has(path)) continue
    seen.add(path)
    const answer = await fetched(url + path)
    expect([path, answer.status]).toEqual([path, 200])
    const text = await answer.text()
    for (const [, module = ''] of path.endsWith('.js') ? text.matchAll(/from '(\.[^']+)'/g) : [])
      named.push(new URL(module, url + path).pathname)
  }
  expect(seen.size).toBeGreaterThan(25)
})

test('a file that the browser has is not sent again', async () => {
  const { url } = await startDemo()
  const etag = (await fetched(url)).headers.get('ETag') ?? ''
  const again = await fetched(url, { 'If-None-Match': etag })
  expect([again.status, await again.text()]).toEqual([304, ''])
  expect((await fetched(url, { 'If-None-Match': '"other"' })).status).toBe(200)
})

test.each(['/page/none.js', '/page/../package.json', '/page/%2e%2e/page-routes.ts', '/page/styles'])(
  '%s is not there',
  async (path) => {
    const { url } = await startDemo()
    expect((await fetched(url + path)).status).toBe(404)
  },
)

test('a request that asks for a connection of its own has it closed, and others keep theirs', async () => {
  const { url } = await startDemo()
  const connection = async (headers: Record<string, string>) =>
    (await fetched(`${url}/health`, headers)).headers.get('Connection')
  expect(await connection({ 'Own-Connection': 'yes' })).toBe('close')
  expect(await connection({})).not.toBe('close')
})

test('the page is told what it belongs to, and the start tells of the page in one line', async () => {
  const { get, routes } = await startDemo()
  expect((await get('/page/about')).body).toMatchObject({ store: 'memory', processes: 1, lease_ms: 30_000 })
  expect(
    routes.filter(({ isPartOfPage }) => !isPartOfPage).filter(({ path }) => /^\/(page.*)?$/.test(path)),
  ).toHaveLength(1)
})
