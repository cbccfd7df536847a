import { readFileSync } from 'node:fs'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import ts from 'typescript'
import { describe, expect, inject, it } from 'vitest'
import { runCommand } from './run-command'

/** Of the package itself, or of a private one that is built into several and published nowhere. */
const OWN_SOURCE = /^(\.\.\/)+(coalescer\/)?src\//

describe.each(inject('packed'))('$name', ({ tarball }) => {
  const files = runCommand('tar', ['-tzf', tarball])
    .trim()
    .split('\n')
    .map((path) => path.replace('package/', ''))
  const text = (path: string) => runCommand('tar', ['-xzOf', tarball, `package/${path}`])
  const read = (path: string) => JSON.parse(text(path))
  const manifest = read('package.json')
  /** What is imported of it; a command has nothing of the kind. */
  const entry = manifest.exports['.']

  it('passes publint', async () => {
    const data = readFileSync(tarball)
    const { messages } = await publint({
      pack: { tarball: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) },
      strict: true,
    })
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([])
  })

  it.runIf(entry)('has types that resolve wherever the code does', () => {
    // What has no CommonJS says so by having no `require`, and is not asked for it.
    const profile = entry.require ? 'strict' : 'esm-only'
    runCommand('attw', [tarball, '--no-emoji', '--profile', profile])
  })

  it('ships its code, its sources, its licence and its readme, and nothing else', () => {
    const expected = /^(dist|src)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/
    expect(files.filter((path) => !expected.test(path))).toEqual([])
    const code = entry
      ? ['dist/index.js', 'dist/index.d.ts', 'src/index.ts']
      : ['dist/main.js', 'src/main.ts']
    expect(files).toEqual(expect.arrayContaining([...code, 'LICENSE', 'README.md']))
  })

  it('names versions that a registry knows', () => {
    const { dependencies, peerDependencies } = manifest
    const ranges = Object.values({ ...dependencies, ...peerDependencies })
    expect(ranges.filter((range) => /^(workspace|link|file|catalog):/.test(String(range)))).toEqual([])
  })

  const named = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  const modulesAskedFor = (endings: RegExp) =>
    files
      .filter((path) => path.startsWith('dist/') && endings.test(path))
      .flatMap((path) => ts.preProcessFile(text(path), true, true).importedFiles)
      .map(({ fileName }) => fileName)

  it('asks for no module but those that its manifest names, and for those of Node by their full name', () => {
    const known = [...named.map((name) => new RegExp(`^${name}(/|$)`)), /^(\.|#|node:)/]
    const asked = modulesAskedFor(/\.(js|cjs|d\.ts|d\.cts)$/)
    expect(asked.filter((name) => !known.some((form) => form.test(name)))).toEqual([])
  })

  it('brings the code of no other package', () => {
    const types = entry ? [/\.d\.ts$/] : []
    for (const endings of [/\.js$/, ...types, ...(manifest.main ? [/\.cjs$/, /\.d\.cts$/] : [])]) {
      const fromCore = modulesAskedFor(endings).filter((name) => /^@idem\/core(\/|$)/.test(name))
      if (named.includes('@idem/core')) expect(fromCore).not.toEqual([])
    }
    const sources = files.filter((path) => path.endsWith('.map')).flatMap((path) => read(path).sources)
    expect(sources.filter((source: string) => !OWN_SOURCE.test(source))).toEqual([])
  })

  it('has whole source maps: each source that a map names is in it', () => {
    for (const path of files.filter((name) => name.endsWith('.map'))) {
      const map = read(path)
      expect(map.sourcesContent, path).toHaveLength(map.sources.length)
    }
  })
})
