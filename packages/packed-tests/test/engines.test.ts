import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'

/** Each brings its binary in a package for the platform; no install script is run. */
const ENGINES = [
  { name: 'Bun', install: 'bun@1.4.5', scope: '@oven', binary: 'bin/bun', args: ['run'] },
  { name: 'Deno', install: 'deno@2.9.6', scope: '@deno', binary: 'deno', args: ['run', '--no-prompt'] },
]

describe.each(ENGINES)('$name', ({ name, install, scope, binary, args }) => {
  let project: EmptyProject
  let engine: string | undefined
  let missing: unknown
  beforeAll(() => {
    project = emptyProject({ programs: ['core'], packages: ['@idem/core'] })
    try {
      project.run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', install)
      const platforms = join(project.root, 'node_modules', scope)
      engine = join(platforms, readdirSync(platforms)[0] as string, binary)
      project.run(engine, '--version')
    } catch (error) {
      if (process.env['CI']) throw error
      missing = error
    }
  })
  afterAll(() => project?.remove())

  it('does what Node does with the package, unaided', ({ skip }) => {
    if (engine === undefined || missing) return skip(`${name} does not run here: ${missing}`)
    const told = project.run(engine, ...args, 'any-engine.mjs')
    expect(JSON.parse(told)).toContain('FINGERPRINT_MISMATCH')
    expect(told).toBe(project.run('node', 'any-engine.mjs'))
  })
})
