import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'

export interface Adapter {
  /** Of the adapter below `packages`, and of its programs below `programs`. */
  readonly folder: string
  /** Its driver, whose versions are tried. */
  readonly driver: string
  /** From the first major version that is allowed to the last. */
  readonly majors: readonly [first: string, last: string]
  /** What its users install besides, where only the first versions that are allowed are to do, or the last. */
  readonly besides?: (which: 'first' | 'last') => readonly string[]
  /** What its programs are told, to find the servers. */
  readonly environment: Readonly<Record<string, string>>
  /** What its programs can be asked to run on, and whether there is such a server. */
  readonly servers: Readonly<Record<string, boolean>>
}

const PROGRAMS = [
  { title: 'an ESM program', file: 'esm.mjs' },
  { title: 'a CommonJS program', file: 'commonjs.cjs' },
  { title: 'strict TypeScript, with moduleResolution node16', file: 'out/node16/typed.js' },
  { title: 'strict TypeScript, with moduleResolution bundler', file: 'out/bundler/typed.js' },
  { title: 'strict TypeScript as CommonJS', file: 'out/node16/commonjs-typed.cjs' },
]

/** The first version that an adapter allows of one of its peers, or the last one that the workspace was installed with. */
export function versionOf(folder: string, peer: string, which: 'first' | 'last'): string {
  const manifest = (path: string) =>
    JSON.parse(readFileSync(join(import.meta.dirname, '../..', folder, path, 'package.json'), 'utf8'))
  if (which === 'last') return manifest(join('node_modules', peer)).version
  const [first] = /\d+\.\d+\.\d+/.exec(manifest('.').peerDependencies[peer]) ?? []
  if (first === undefined) throw new Error(`${folder} names no first version of ${peer}`)
  return first
}

/** Uses an adapter as its users do: packed, installed with the first and with the last version of its driver. */
export function describeAdapter({ folder, driver, majors, besides, environment, servers }: Adapter): void {
  const versions = (['first', 'last'] as const).map((which) => versionOf(folder, driver, which))

  it(`the range of ${driver} goes from ${majors[0]} to ${majors[1]}`, () => {
    expect(versions.map((version) => version.split('.')[0])).toEqual(majors)
  })

  describe.each(versions)(`@idem/${folder}, packed and installed with ${driver} %s`, (version) => {
    let project: EmptyProject
    beforeAll(() => {
      const more = besides?.(version === versions[0] ? 'first' : 'last') ?? []
      project = emptyProject({
        programs: ['adapter', folder],
        packages: ['@idem/core', `@idem/${folder}`],
        dependencies: [`${driver}@${version}`, 'typescript@5.9.3', '@types/node@20', ...more],
        environment,
      })
      project.run('npx', 'tsc', '--project', 'tsconfig.node16.json')
      project.run('npx', 'tsc', '--project', 'tsconfig.bundler.json')
    })
    afterAll(() => project?.remove())

    it.each(['@idem/core', driver])('shares one %s with its user', (name) => {
      const copies = project.run('npm', 'ls', name, '--parseable').trim().split('\n')
      expect(copies).toEqual([join(project.root, 'node_modules', name)])
    })

    it('finds the driver in the version that was asked for', () => {
      const print = `console.log(require('${driver}/package.json').version)`
      expect(project.run('node', '--eval', print)).toBe(`${version}\n`)
    })

    describe.each(PROGRAMS)('in $title', ({ file }) => {
      it('takes clients that have not connected, and leaves nothing running', () => {
        expect(project.run('node', file)).toBe('constructed\n')
      })

      for (const [server, isThere] of Object.entries(servers)) {
        it.skipIf(!isThere)(`runs once per key on ${server}`, () => {
          expect(project.run('node', file, server)).toBe('one run\n')
        })
      }
    })
  })
}
