import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'

let project: EmptyProject
beforeAll(() => {
  project = emptyProject({ programs: ['core'], packages: ['@idem/core'], dependencies: ['typescript@5.9.3'] })
})
afterAll(() => project?.remove())

describe('@idem/core, packed and installed', () => {
  it('brings no dependency of its own', () => {
    const installed = project.run('npm', 'ls', '--all', '--parseable').trim().split('\n').slice(1)
    expect(installed.map((path) => path.replace(/.*node_modules\//, '')).sort()).toEqual([
      '@idem/core',
      'typescript',
    ])
  })

  it('runs once per key in an ESM program', () => {
    expect(project.run('node', 'esm.mjs')).toBe('one run\n')
  })

  it('runs once per key in a CommonJS program', () => {
    expect(project.run('node', 'commonjs.cjs')).toBe('one run\n')
  })

  it.each(['node16', 'bundler'])('compiles strictly and runs with moduleResolution %s', (resolution) => {
    project.run('npx', 'tsc', '--project', `tsconfig.${resolution}.json`)
    expect(project.run('node', `out/${resolution}/typed.js`)).toBe('one run\n')
  })

  it('compiles strictly and runs in a CommonJS TypeScript program', () => {
    project.run('npx', 'tsc', '--project', 'tsconfig.node16.json')
    expect(project.run('node', 'out/node16/commonjs-typed.cjs')).toBe('one run\n')
  })
})
