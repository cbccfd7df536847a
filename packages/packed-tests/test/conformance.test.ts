import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'

let project: EmptyProject
beforeAll(() => {
  project = emptyProject({
    programs: ['conformance'],
    packages: ['@idem/core', '@idem/conformance'],
    dependencies: ['typescript@5.9.3', 'vitest@4.1.12', '@types/node@20'],
  })
})
afterAll(() => project?.remove())

describe('@idem/conformance, packed and installed', () => {
  it('proves a store in an ordinary vitest project', () => {
    const report = JSON.parse(project.run('npx', 'vitest', 'run', '--reporter=json'))
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
