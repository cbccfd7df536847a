import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { checkSite, deadAnchors, requestsElsewhere, strayPages } from '../src/check-site'
import { addresses } from '../src/navigation'

const folder = mkdtempSync(join(tmpdir(), 'idem-docs-'))
const write = (file: string, text: string): void => writeFileSync(join(folder, file), text)
const places = ['index.md', ...addresses.map((address) => `${address.slice(1).replace(/\/$/, '/index')}.md`)]

beforeEach(() => {
  write('index.html', '<h1 id="top">idem</h1> <a href="#top">up</a> <a href="/other#part">other</a>')
  write(
    'other.html',
    '<h2 id="part">a part</h2> <a href="/#top">home</a> <a href="https://x.example/#y">y</a>',
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('a site', () => {
  it('that is whole is taken', () => {
    expect(() => checkSite(folder, '/', places)).not.toThrow()
  })

  it('says all that is wrong at once', () => {
    write('index.html', '<a href="#none"></a><img src="https://x.example/y.png">')
    expect(() => checkSite(folder, '/', [...places, 'lost.md'])).toThrow(/lost\.md.*#none.*y\.png/s)
  })

  it('has every page in its navigation, and nothing else', () => {
    expect(strayPages([...places, 'lost.md'])).toEqual(['lost.md is not in the navigation'])
    expect(strayPages(places.filter((place) => place !== 'http.md'))).toEqual([
      'http.md is in the navigation, and is no page',
    ])
  })

  it.each(['#none', '/other#none', '/none#part'])('has no link to %s', (href) => {
    write('index.html', `<h1 id="top"></h1><a href="${href}"></a>`)
    expect(deadAnchors(folder, '/')).toEqual([`index.html has a link to ${href}, which is not there`])
  })

  it('may be below another', () => {
    write('index.html', '<h1 id="top"></h1><a href="/idem/other#part"></a>')
    write('other.html', '<h2 id="part"></h2><a href="/idem/#top"></a>')
    expect(deadAnchors(folder, '/idem/')).toEqual([])
  })

  it.each([
    '<script src="https://x.example/y"></script>',
    '<link rel="stylesheet" href="//x.example/y">',
    "<style>@import url('https://x.example/y')</style>",
    '<img alt="" src="http://x.example/y">',
  ])('asks nobody else, as %s does', (html) => {
    write('index.html', html)
    expect(requestsElsewhere(folder)).toEqual([
      expect.stringMatching(/^index\.html asks for .*x\.example\/y/),
    ])
  })
})
