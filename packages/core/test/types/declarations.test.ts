import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** What the compiler tells users of the sources: every declaration file, by its name. */
function declarations(): Map<string, string> {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const program = ts.createProgram(fileNames, {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    allowImportingTsExtensions: false,
  })
  const files = new Map<string, string>()
  program.emit(undefined, (name, text) => files.set(name.slice(ROOT.length + 1), text))
  return files
}

/** Every place where a declaration says `any`, whether somebody wrote it or the compiler inferred it. */
function anyIn(name: string, text: string): string[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${name}: ${node.parent.getText()}`)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

describe('the declarations', () => {
  const files = declarations()

  it('are there', () => {
    expect(files.get('src/index.d.ts')).toContain('Idem')
    expect(files.size).toBeGreaterThan(40)
  })

  it('say `any` nowhere', () => {
    expect([...files].flatMap(([name, text]) => anyIn(name, text))).toEqual([])
  })

  it('would not go unnoticed if they did', () => {
    expect(anyIn('x.d.ts', 'export declare function run(value: string, ...more: any[]): void')).toHaveLength(
      1,
    )
  })
})
