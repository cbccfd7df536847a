import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { versionOf } from './describe-adapter'
import { type EmptyProject, emptyProject } from './empty-project'

const first = versionOf('otel', '@opentelemetry/api', 'first')
const last = versionOf('otel', '@opentelemetry/api', 'last')
/** Of the same year as the last version of the API. */
const sdk = versionOf('otel', '@opentelemetry/sdk-metrics', 'last')

describe.each([first, last])('@idem/otel, packed and installed with @opentelemetry/api %s', (api) => {
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
    expect(project.run('node', file)).toBe('told\n')
  })
})
