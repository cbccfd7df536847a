import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './run-command'

type Command = readonly [program: string, ...args: string[]]

/** What an empty project is filled with, and how what was installed is run. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn'
  /** Installs the packages of these tarballs, by their names, and what else is asked for. */
  install(root: string, tarballs: Readonly<Record<string, string>>, others: readonly string[]): void
  /** Comes before the command of an installed package. */
  readonly tool: Command
  /** Comes before the file of a program. */
  readonly node: Command
}

export const npm: PackageManager = {
  name: 'npm',
  install(root, tarballs, others) {
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline']
    const args = ['install', ...quiet, '--save-exact', ...Object.values(tarballs), ...others]
    runCommand('npm', args, { directory: root })
  },
  tool: ['npx'],
  node: ['node'],
}

export const pnpm: PackageManager = {
  name: 'pnpm',
  install(root, tarballs, others) {
    const args = ['add', '--prefer-offline', '--save-exact', ...Object.values(tarballs), ...others]
    runCommand('pnpm', args, { directory: root })
  },
  tool: ['pnpm', 'exec'],
  node: ['node'],
}

/** Yarn, in a folder of its own. With Plug'n'Play, as it comes: packages find what their manifests name, and nothing else. */
export function installYarn(): { readonly yarn: PackageManager; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'idem-yarn-'))
  runCommand('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '@yarnpkg/cli-dist@4.18.1'], {
    directory,
  })
  const command: Command = ['node', join(directory, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')]
  const yarn: PackageManager = {
    name: 'yarn',
    install(root, tarballs, others) {
      // Without one it takes the project for a part of whatever lies around it.
      writeFileSync(join(root, 'yarn.lock'), '')
      const named = Object.entries(tarballs).map(([name, tarball]) => `${name}@file:${tarball}`)
      const registry = runCommand('npm', ['config', 'get', 'registry'], { directory: root }).trim()
      const environment = {
        YARN_NPM_REGISTRY_SERVER: registry,
        YARN_ENABLE_TELEMETRY: '0',
        // In CI a lock file must not change by itself, which here it is to.
        YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
      }
      const [program, ...args] = command
      runCommand(program, [...args, 'add', '--exact', ...named, ...others], { directory: root, environment })
    },
    tool: command,
    node: ['node', '--require', './.pnp.cjs', '--experimental-loader', './.pnp.loader.mjs'],
  }
  return { yarn, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
