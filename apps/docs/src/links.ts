import { existsSync, statSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { addressOf, REPOSITORY } from './pages'

/** What VitePress tells of the page that it renders. */
interface Page {
  readonly realPath?: string
}

const ELSEWHERE = /^([a-z][a-z\d+.-]*:|\/|#)/i

/**
 * Links as the repository has them, between its files, become links between pages. Those to files that are no pages lead to
 * `sources`, or, where there is no such address, are text. One to nothing fails the build.
 */
export function linksBetweenFiles(md: MarkdownRenderer, sources: string | undefined): void {
  md.core.ruler.push('links between files', ({ tokens, env }) => {
    const { realPath } = env as Page
    if (realPath === undefined) return
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href === null || ELSEWHERE.test(href)) continue
      const target = targetOf(relative(REPOSITORY, realPath), decodeURI(href), sources)
      if (target !== undefined) token.attrSet('href', target)
      else {
        token.tag = 'span'
        token.attrs = [['title', 'a file of the repository']]
        closing(tokens, token).tag = 'span'
      }
    }
  })
}

/** @throws Error if there is no such file */
export function targetOf(from: string, href: string, sources?: string): string | undefined {
  const [, path = '', hash = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? []
  const file = posix.join(posix.dirname(from), path).replace(/\/$/, '')
  const absolute = join(REPOSITORY, file)
  if (file.startsWith('..') || !existsSync(absolute))
    throw new Error(`${from} has a link to ${href}, which is not there`)
  const isFolder = statSync(absolute).isDirectory()
  const readMe = posix.join(file, 'README.md')
  const page = isFolder ? existsSync(join(REPOSITORY, readMe)) && addressOf(readMe) : addressOf(file)
  if (page) return `${page}${hash}`
  return sources === undefined ? undefined : `${sources.replace(/\/$/, '')}/${file}${hash}`
}

type Tokens = Parameters<Parameters<MarkdownRenderer['core']['ruler']['push']>[1]>[0]['tokens']

/** Links hold no links: the next end is the end of this one. */
function closing(tokens: Tokens, open: Tokens[number]): Tokens[number] {
  const siblings = tokens.find(({ children }) => children?.includes(open))?.children ?? []
  return siblings.slice(siblings.indexOf(open)).find(({ type }) => type === 'link_close') as Tokens[number]
}
