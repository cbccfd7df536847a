import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { runCommand } from './run-command'

export interface PackedPackage {
  readonly name: string
  readonly tarball: string
}

declare module 'vitest' {
  interface ProvidedContext {
    packed: PackedPackage[]
  }
}

/** Packs every public package of the workspace, as publishing would. */
export function setup(project: TestProject): () => void {
  const packages = join(import.meta.dirname, '../..')
  const destination = mkdtempSync(join(tmpdir(), 'idem-packed-'))
  const packed: PackedPackage[] = []
  for (const folder of readdirSync(packages)) {
    const cwd = join(packages, folder)
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    if (manifest.private) continue
    const output = runCommand('pnpm', ['pack', '--json', '--pack-destination', destination], {
      directory: cwd,
    })
    packed.push({ name: manifest.name, tarball: JSON.parse(output).filename })
  }
  project.provide('packed', packed)
  return () => rmSync(destination, { recursive: true, force: true })
}
