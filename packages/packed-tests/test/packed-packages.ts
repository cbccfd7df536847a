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
  const remove = () => rmSync(destination, { recursive: true, force: true })
  try {
    project.provide('packed', packAll(packages, destination))
  } catch (error) {
    remove()
    throw error
  }
  return remove
}

function packAll(packages: string, destination: string): PackedPackage[] {
  return readdirSync(packages).flatMap((folder) => {
    const directory = join(packages, folder)
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    if (manifest.private) return []
    const output = runCommand('pnpm', ['pack', '--json', '--pack-destination', destination], { directory })
    return [{ name: manifest.name, tarball: JSON.parse(output).filename }]
  })
}
