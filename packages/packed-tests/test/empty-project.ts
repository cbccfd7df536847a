import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { npm, type PackageManager } from './package-managers'
import { runCommand } from './run-command'

export interface EmptyProject {
  readonly root: string
  /** Runs a command in the project and returns what it printed; throws, with that, when it fails. */
  run(command: string, ...args: string[]): string
  remove(): void
}

export interface ProjectContents {
  /** The folders of `programs` whose files are copied into it. */
  readonly programs: readonly string[]
  /** Those of this workspace that are installed from their tarballs. */
  readonly packages: readonly string[]
  /** What else a user would install, as npm takes it. @defaultValue nothing */
  readonly dependencies?: readonly string[]
  /** What its commands find in their environment, beside what is there. @defaultValue nothing */
  readonly environment?: Readonly<Record<string, string>>
  /** Who installs all that. @defaultValue npm */
  readonly manager?: PackageManager
}

/** A project outside the workspace. */
export function emptyProject(contents: ProjectContents): EmptyProject {
  const { programs, packages, dependencies = [], environment = {}, manager = npm } = contents
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'idem-consumer-')))
  const run = (command: string, ...args: string[]) =>
    runCommand(command, args, { directory: root, environment })
  const remove = () => rmSync(root, { recursive: true, force: true })
  try {
    for (const folder of programs) {
      cpSync(join(import.meta.dirname, '../programs', folder), root, { recursive: true })
    }
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
    )
    const tarballs = packages.map((name) => [name, tarballOf(name)])
    manager.install(root, Object.fromEntries(tarballs), dependencies)
  } catch (error) {
    remove()
    throw error
  }
  return { root, run, remove }
}

function tarballOf(name: string): string {
  const tarball = inject('packed').find((packed) => packed.name === name)?.tarball
  if (tarball === undefined) throw new Error(`${name} is not packed: it is private, or not of this workspace`)
  return tarball
}
