import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface Runtime {
  readonly name: string
  /** How npm calls it, where it is not the one that runs these tests. */
  readonly install?: string
  /** Starts the shop in a project that has it, on a port that it tells. */
  readonly command: (root: string) => readonly [command: string, ...args: string[]]
}

/** Each brings its program in a package for the platform; no install script is run. */
const programOf = (root: string, scope: string, program: string) => {
  const platforms = join(root, 'node_modules', scope)
  return join(platforms, readdirSync(platforms)[0] as string, program)
}

export const RUNTIMES: readonly Runtime[] = [
  { name: 'Node.js', command: () => ['node', 'node.mjs'] },
  {
    name: 'Bun',
    install: 'bun@1.4.5',
    command: (root) => [programOf(root, '@oven', 'bin/bun'), 'run', 'bun.mjs'],
  },
  {
    name: 'Deno',
    install: 'deno@2.9.6',
    command: (root) => [
      programOf(root, '@deno', 'deno'),
      ...['run', '--no-prompt', '--allow-net=127.0.0.1', 'deno.mjs'],
    ],
  },
  {
    name: 'workerd',
    install: 'workerd@1.20261117.1',
    command: (root) => [
      programOf(root, '@cloudflare', 'bin/workerd'),
      ...['serve', 'worker.capnp', '--control-fd=1'],
    ],
  },
]
