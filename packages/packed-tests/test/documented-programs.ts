import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

export interface DocumentedProgram {
  readonly title: string
  /** Its name as a file, without an ending. */
  readonly file: string
  readonly code: string
  /** What the comments behind `console.log(…)` say that it prints. */
  readonly promised: readonly string[]
  /** Which variables of the environment it looks for its servers in. */
  readonly needs: readonly string[]
}

/** Every document in a folder of the repository, and in the folders in it. */
export function documentsIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}/${file}`)
    .sort()
}

/**
 * The TypeScript of a document, block by block. Where a block says which file it is (`<!-- test/… -->`), and not what it
 * prints, it is a part of its package's tests, and left to them.
 */
export function documentedPrograms(document: string): DocumentedProgram[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const blocks = text.matchAll(/(?:^<!-- (test\/\S+) -->\n)?^```ts\n(.*?)^```$/gms)
  return [...blocks].flatMap(([, own, code = ''], at) => {
    const promised = [...code.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map((line) => line[1] as string)
    if (own !== undefined && promised.length === 0) return []
    const title = `block ${at + 1} of ${document}`
    const file = `${document.replace(/\W/g, '-')}-${at}`
    const needs = [...code.matchAll(/process\.env\['(\w+)'\]/g)].map(([, name]) => name as string)
    return [{ title, file, code, promised, needs }]
  })
}
