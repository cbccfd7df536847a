import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'tsup'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program, made of the sources of this package and of those that it uses. */
    bin: string
  }
}

const PACKAGE = join(import.meta.dirname, '..')

/** It lies where its drivers are found. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(PACKAGE, 'node_modules', '.bin-from-sources-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    await build({
      config: false,
      entry: [join(PACKAGE, 'src/main.ts')],
      outDir: folder,
      format: 'esm',
      target: 'node20',
      splitting: true,
      noExternal: [/^@idem\//],
      external: ['ioredis', 'mongodb', 'pg'],
      loader: { '.lua': 'text', '.sql': 'text' },
      esbuildOptions: (options) => {
        options.conditions = ['@idem/source']
      },
      silent: true,
    })
  } catch (error) {
    remove()
    throw error
  }
  project.provide('bin', join(folder, 'main.js'))
  return remove
}
