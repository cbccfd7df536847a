import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '../../..')

/** One guard taken out of a source file. */
export interface Mutation {
  /** The module to load, from the root of the repository; most often `packages/core/src/index.ts`. */
  readonly entry: string
  /** The file to change, from the root of the repository. */
  readonly file: string
  /** Text that stands in the file exactly once. */
  readonly find: string
  /** What stands there instead. The same as `find`, it gives the module as it is. */
  readonly replace: string
}

/**
 * Loads a module from its sources with one of them changed. Nothing on disk is touched, and each mutation is a module of
 * its own, with its own classes.
 *
 * @throws Error if the text does not occur exactly once, or if the entry does not lead to the file
 */
export async function loadMutant<Module>(mutation: Mutation): Promise<Module> {
  const { entry, file, find, replace } = mutation
  const path = join(ROOT, file)
  const source = await readFile(path, 'utf8')
  const mutated = replaceOnce(source, find, replace, file)
  let reached = false
  const plugin: Plugin = {
    name: 'mutant',
    setup(bundle) {
      bundle.onLoad({ filter: /\.ts$/ }, (args) => {
        if (args.path !== path) return undefined
        reached = true
        return { contents: mutated, loader: 'ts' }
      })
    },
  }
  const bundled = await build({
    entryPoints: [join(ROOT, entry)],
    plugins: [plugin],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@idem/source'],
    logLevel: 'silent',
  })
  if (!reached) throw new Error(`${entry} does not lead to ${file}: the mutation would change nothing`)
  const [output] = bundled.outputFiles
  const code = Buffer.from(output?.contents ?? []).toString('base64')
  return (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as Module
}

function replaceOnce(source: string, find: string, replace: string, file: string): string {
  const pieces = source.split(find)
  if (pieces.length === 2) return pieces.join(replace)
  throw new Error(`${file} has ${pieces.length - 1} times, not once, the text to replace:\n${find}`)
}
