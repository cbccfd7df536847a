import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** Every document in a folder and in those in it, but for what is installed, built, generated or hidden. */
export function documentsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const { name } = entry
    if (name.startsWith('.') || ['node_modules', 'dist', 'reference'].includes(name)) return []
    if (entry.isDirectory()) return documentsIn(join(folder, name))
    return name.endsWith('.md') ? [join(folder, name)] : []
  })
}

/**
 * The links of a document that lead nowhere, as they are written there: to a file that is not there, or out of the
 * repository, or to a heading that the other document does not have. Links to other hosts are not followed.
 */
export function deadLinks(root: string, document: string, text = readFileSync(document, 'utf8')): string[] {
  return linksIn(text).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? document : resolve(dirname(document), decodeURIComponent(path))
    if (path !== '' && (relative(root, target).startsWith('..') || !existsSync(target))) return true
    if (anchor === undefined || !target.endsWith('.md')) return false
    return !anchorsIn(target === document ? text : readFileSync(target, 'utf8')).has(anchor)
  })
}

function linksIn(text: string): string[] {
  const links = prose(text).matchAll(/\]\(<?([^)\s>]+)>?\)|\b(?:src|srcset|href)="([^"\s]+)"/g)
  return [...links].map(([, inMarkdown, inHtml]) => inMarkdown ?? inHtml ?? '')
}

/** The headings of a document, as links name them: what GitHub makes of their text. */
function anchorsIn(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#{1,6} +(.+)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = words.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')
    let anchor = slug
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`
    anchors.add(anchor)
  }
  return anchors
}

const withoutBlocks = (text: string): string => text.replace(/^ *```.*?^ *```$/gms, '')

/** Code may have what looks like a link, and is none. */
const prose = (text: string): string => withoutBlocks(text).replace(/`[^`\n]*`/g, '``')
