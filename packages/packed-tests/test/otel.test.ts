import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { versionOf } from './describe-adapter'
import { type EmptyProject, emptyProject } from './empty-project'
import { EVERY_INSTALL, NEWER_NODE } from './every-install'

/** Of the same year as the last version of the API that runs on Node.js 20. */
const sdk = versionOf('otel', '@opentelemetry/sdk-metrics', 'last')
const VERSIONS = [
  { api: versionOf('otel', '@opentelemetry/api', 'first'), sdk },
  { api: versionOf('otel', '@opentelemetry/api', 'last'), sdk },
  // The last that there is. What measures by it asks for a newer Node.js.
  ...(EVERY_INSTALL ? [{ api: '1.10.0', sdk: '3.1.1', node: NEWER_NODE }] : []),
]

describe.each(VERSIONS)(
  '@idem/otel, packed and installed with @opentelemetry/api $api',
  ({ api, sdk, node }) => {
    let project: EmptyProject
    beforeAll(() => {
      project = emptyProject({
        programs: ['adapter', 'otel'],
        packages: ['@idem/core', '@idem/otel'],
        dependencies: [
          `@opentelemetry/api@${api}`,
          `@opentelemetry/sdk-metrics@${sdk}`,
          'typescript@5.9.3',
          '@types/node@20',
          ...(node === undefined ? [] : [node.install]),
        ],
      })
      project.run('npx', 'tsc', '--project', 'tsconfig.node16.json')
      project.run('npx', 'tsc', '--project', 'tsconfig.bundler.json')
    })
    afterAll(() => project?.remove())

    it.each(['@idem/core', '@opentelemetry/api'])('shares one %s with its user', (name) => {
      const copies = project.run('npm', 'ls', name, '--parseable').trim().split('\n')
      expect(copies).toEqual([`${project.root}/node_modules/${name}`])
    })

    it.each([
      'esm.mjs',
      'commonjs.cjs',
      'out/node16/typed.js',
      'out/bundler/typed.js',
      'out/node16/commonjs-typed.cjs',
    ])('tells what happens in %s', (file) => {
      expect(project.run(node?.program ?? 'node', file)).toBe('told\n')
    })
  },
)
