import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'
import { EVERY_INSTALL, NEWER_NODE } from './every-install'

/** That of the workspace, and the first and the last that are allowed. */
const VITESTS = EVERY_INSTALL ? ['4.1.12', '3.0.0', '5.1.1'] : ['4.1.12']

describe.each(VITESTS)('@idem/conformance, packed and installed with vitest %s', (vitest) => {
  const isOfNewerNode = vitest.startsWith('5')
  let project: EmptyProject
  beforeAll(() => {
    project = emptyProject({
      programs: ['conformance'],
      packages: ['@idem/core', '@idem/conformance'],
      dependencies: [
        'typescript@5.9.3',
        `vitest@${vitest}`,
        ...(isOfNewerNode ? ['@types/node@22', NEWER_NODE.install] : ['@types/node@20']),
      ],
    })
  })
  afterAll(() => project?.remove())

  it('proves a store in an ordinary vitest project', () => {
    const node = isOfNewerNode ? NEWER_NODE.program : 'node'
    const asFile = ['--reporter=json', '--outputFile=report.json']
    project.run(node, 'node_modules/vitest/vitest.mjs', 'run', ...asFile)
    const report = JSON.parse(readFileSync(join(project.root, 'report.json'), 'utf8'))
    expect(report).toMatchObject({ success: true, numFailedTests: 0 })
    expect(report.numPassedTests).toBeGreaterThan(100)
  })

  it.each(['node16', 'bundler'])('compiles strictly with moduleResolution %s', (resolution) => {
    project.run('npx', 'tsc', '--project', `tsconfig.${resolution}.json`)
  })

  it('shares one core with its user', () => {
    const cores = project.run('npm', 'ls', '@idem/core', '--parseable').trim().split('\n')
    expect(cores).toHaveLength(1)
  })
})
