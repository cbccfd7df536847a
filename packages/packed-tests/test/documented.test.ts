import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'

const ROOT = join(import.meta.dirname, '../../..')

/** The TypeScript of a document, block by block. */
function codeOf(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((block) => block[1] as string)
}

/** What the comments behind `console.log(…)` say that it prints. */
const promisedBy = (code: string): string[] =>
  [...code.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map((line) => line[1] as string)

const programs = ['README.md', 'packages/core/README.md'].flatMap((document) =>
  codeOf(document).map((code, at) => ({
    title: `block ${at + 1} of ${document}`,
    file: `${document.replace(/\W/g, '-')}-${at}`,
    code,
  })),
)

let project: EmptyProject
beforeAll(() => {
  project = emptyProject('documented', 'typescript@5.9.3')
  for (const { file, code } of programs) writeFileSync(join(project.root, `${file}.ts`), code)
  project.run('npx', 'tsc')
})
afterAll(() => project?.remove())

describe('the code in the documentation', () => {
  it('is there', () => {
    expect(programs.length).toBeGreaterThanOrEqual(3)
  })

  it.each(programs)('$title compiles strictly, and prints what it says', ({ file, code }) => {
    const promised = promisedBy(code)
    expect(promised).not.toEqual([])
    const printed = project.run('node', `out/${file}.js`).split('\n')
    expect(printed).toEqual(expect.arrayContaining(promised))
  })
})
