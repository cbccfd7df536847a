import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { runCommand } from './run-command'

export interface EmptyProject {
  readonly root: string
  /** Runs a command in the project and returns what it printed; throws, with that, when it fails. */
  run(command: string, ...args: string[]): string
  remove(): void
}

/**
 * An npm project outside the workspace, with `programs/<name>` in it, the packed packages
 * and what else a user would install.
 */
export function emptyProject(programs: string, ...dependencies: string[]): EmptyProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'idem-consumer-')))
  cpSync(join(import.meta.dirname, '../programs', programs), root, { recursive: true })
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  )
  const run = (command: string, ...args: string[]) => runCommand(command, args, root)
  const packages = inject('packed').filter(
    ({ name }) => name === `@idem/${programs}` || name === '@idem/core',
  )
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--save-exact']
  run('npm', ...install, ...packages.map(({ tarball }) => tarball), ...dependencies)
  return { root, run, remove: () => rmSync(root, { recursive: true, force: true }) }
}
