import { join } from 'node:path'

export const REPOSITORY = join(import.meta.dirname, '../../..')

/** Where the reference is written, as the repository knows it. Nothing of it is committed. */
export const REFERENCE = 'apps/docs/reference'

/** What is for those who look at the repository only. `README.md` is the home page there, and `HOME` here. */
export const NO_PAGES = [
  'README.md',
  'api/**',
  '.changeset/**',
  '**/CHANGELOG.md',
  '**/test/**',
  'packages/{test-servers,packed-tests}/**',
]

const HOME = 'apps/docs/home.md'

const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^(README|apps\/docs\/home)\.md$/, 'index.md'],
  [/^apps\/docs\/reference\/README\.md$/, 'reference/index.md'],
  [/^apps\/docs\/reference\//, 'reference/'],
  [/^docs\/(.*?)README\.md$/, '$1index.md'],
  [/^docs\//, ''],
  [/^apps\/([\w-]+)\/README\.md$/, '$1.md'],
  [/^packages\/([\w-]+)\/README\.md$/, 'packages/$1.md'],
  [/^CONTRIBUTING\.md$/, 'contributing.md'],
  [/^SECURITY\.md$/, 'reporting.md'],
]

/** Where a document of the repository is on the site; `undefined` for a file that is no page there. */
export function placeOf(file: string): string | undefined {
  const place = PLACES.find(([pattern]) => pattern.test(file))
  return place !== undefined && file.endsWith('.md') ? file.replace(...place) : undefined
}

/** How a page is asked for: `/guides/stock`, `/reference/`. */
export function addressOf(file: string): string | undefined {
  const place = placeOf(file === 'README.md' ? HOME : file)
  return place === undefined ? undefined : `/${place.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`
}
