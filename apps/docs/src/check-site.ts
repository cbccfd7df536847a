import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addresses } from './navigation'

/** What VitePress does not look at. @throws Error that says all that is wrong */
export function checkSite(folder: string, base: string, places: readonly string[]): void {
  const faults = [...strayPages(places), ...deadAnchors(folder, base), ...requestsElsewhere(folder)]
  if (faults.length > 0) throw new Error(`the site has faults:\n  ${faults.join('\n  ')}`)
}

/** Pages that nobody finds, and entries of the navigation that lead nowhere. */
export function strayPages(places: readonly string[]): string[] {
  const listed = [
    'index.md',
    ...addresses.map((address) => `${address.slice(1).replace(/\/$/, '/index')}.md`),
  ]
  return [
    ...places.filter((place) => !listed.includes(place)).map((place) => `${place} is not in the navigation`),
    ...listed
      .filter((place) => !places.includes(place))
      .map((place) => `${place} is in the navigation, and is no page`),
  ]
}

/** Links to headings that are not there. */
export function deadAnchors(folder: string, base: string): string[] {
  const pages = new Map(
    filesIn(folder, '.html').map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const),
  )
  const anchors = new Map(
    [...pages].map(([file, html]) => [
      file,
      new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
    ]),
  )
  return [...pages].flatMap(([file, html]) =>
    [...html.matchAll(/ href="([^"#:]*)#([^"]+)"/g)].flatMap(([, path = '', hash = '']) => {
      const target = path === '' ? file : `${path.slice(base.length).replace(/(^|\/)$/, '$1index')}.html`
      const isThere = anchors.get(target)?.has(decodeURIComponent(hash)) === true
      return isThere ? [] : [`${file} has a link to ${path}#${hash}, which is not there`]
    }),
  )
}

const FROM_ELSEWHERE: readonly (readonly [file: string, RegExp])[] = [
  ['.html', /<(?:script|img|iframe|source|video|audio)\b[^>]*?\ssrc="((?:https?:)?\/\/[^"]+)"/g],
  ['.html', /<link\b[^>]*?\shref="((?:https?:)?\/\/[^"]+)"/g],
  ['.html', /(?:@import|url\()\s*["']?((?:url\(["']?)?(?:https?:)?\/\/[^"')\s]+)/g],
  ['.css', /(?:@import|url\()\s*["']?((?:url\(["']?)?(?:https?:)?\/\/[^"')\s]+)/g],
]

/** What a browser would fetch from somebody else, who then knows who reads what. */
export function requestsElsewhere(folder: string): string[] {
  return FROM_ELSEWHERE.flatMap(([ending, pattern]) =>
    filesIn(folder, ending).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(pattern)].map(
        ([, url]) => `${file} asks for ${url}`,
      ),
    ),
  )
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending))
}
