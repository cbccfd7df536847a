import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverOrSkip, startRedisCluster } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'

const PROGRAMS = [
  { title: 'an ESM program', file: 'esm.mjs' },
  { title: 'a CommonJS program', file: 'commonjs.cjs' },
  { title: 'strict TypeScript, with moduleResolution node16', file: 'out/node16/typed.js' },
  { title: 'strict TypeScript, with moduleResolution bundler', file: 'out/bundler/typed.js' },
  { title: 'strict TypeScript as CommonJS', file: 'out/node16/commonjs-typed.cjs' },
]

const manifestOf = (path: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../redis', path, 'package.json'), 'utf8'))

/** The first version that is allowed, and the last one that the workspace has been installed with. */
const VERSIONS = [
  /\d+\.\d+\.\d+/.exec(manifestOf('.').peerDependencies.ioredis)?.[0],
  manifestOf('node_modules/ioredis').version,
]

const redisUrl = inject('redisUrl')
const cluster = serverOrSkip('a Redis Cluster', await startRedisCluster())
afterAll(() => cluster?.stop())
const environment = {
  ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
  ...(cluster !== undefined && { REDIS_NODES: JSON.stringify(cluster.nodes) }),
}

it('the range of ioredis goes from 5 to 6', () => {
  expect(VERSIONS.map((version) => version.split('.')[0])).toEqual(['5', '6'])
})

describe.each(VERSIONS)('@idem/redis, packed and installed with ioredis %s', (version) => {
  let project: EmptyProject
  beforeAll(() => {
    const packages = ['@idem/core', '@idem/redis']
    const dependencies = [`ioredis@${version}`, 'typescript@5.9.3', '@types/node@20']
    project = emptyProject({ programs: 'redis', packages, dependencies, environment })
    project.run('npx', 'tsc', '--project', 'tsconfig.node16.json')
    project.run('npx', 'tsc', '--project', 'tsconfig.bundler.json')
  })
  afterAll(() => project?.remove())

  it.each(['@idem/core', 'ioredis'])('shares one %s with its user', (name) => {
    const copies = project.run('npm', 'ls', name, '--parseable').trim().split('\n')
    expect(copies).toEqual([join(project.root, 'node_modules', name)])
  })

  it('finds the driver in the version that was asked for', () => {
    const print = "console.log(require('ioredis/package.json').version)"
    expect(project.run('node', '--eval', print)).toBe(`${version}\n`)
  })

  describe.each(PROGRAMS)('in $title', ({ file }) => {
    it('takes clients that have not connected, and leaves nothing running', () => {
      expect(project.run('node', file)).toBe('constructed\n')
    })

    it.skipIf(redisUrl === undefined)('runs once per key on a Redis', () => {
      expect(project.run('node', file, 'Redis')).toBe('one run\n')
    })

    it.skipIf(cluster === undefined)('runs once per key on a cluster', () => {
      expect(project.run('node', file, 'Cluster')).toBe('one run\n')
    })
  })
})
