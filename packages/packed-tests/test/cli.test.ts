import { randomUUID } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'

const redisUrl = inject('redisUrl')
const STORES = ['@idem/redis', '@idem/postgres', '@idem/mongo']

describe('@idem/cli, packed and installed', () => {
  let project: EmptyProject
  const namespace = randomUUID()
  beforeAll(() => {
    project = emptyProject({
      programs: [],
      packages: ['@idem/core', ...STORES, '@idem/cli'],
      environment: redisUrl === undefined ? {} : { IDEM_STORE: redisUrl },
    })
  })
  afterAll(() => project?.remove())

  it('brings the stores and their drivers', () => {
    for (const name of [...STORES, 'ioredis', 'pg', 'mongodb']) {
      expect(lstatSync(join(project.root, 'node_modules', name)).isDirectory()).toBe(true)
    }
  })

  it('runs by its name', () => {
    expect(project.run('npx', '@idem/cli', '--help')).toContain('npx @idem/cli <command>')
  })

  it.skipIf(redisUrl === undefined)('settles a stuck key, which the application then replays', () => {
    const program = (code: string) =>
      project.run(
        'node',
        '--input-type=module',
        '--eval',
        `import { Idem } from '@idem/core'
         import { RedisStore } from '@idem/redis'
         import { Redis } from 'ioredis'
         const client = new Redis(process.env.IDEM_STORE)
         const store = new RedisStore(client)
         const idem = new Idem({ store, namespace: '${namespace}', onAbandoned: 'reject' })
         ${code}
         await client.quit()`,
      )
    const key = `${namespace}:::stuck`
    program(
      `await store.claim({ key: '${key}', owner: 'x', leaseMs: 1, keepMs: 600000, maxAttempts: 9, onAbandoned: 'reject' })
       while ((await store.get('${key}')).state === 'running');`,
    )
    const idem = (...args: string[]) => project.run('npx', '@idem/cli', ...args)
    expect(idem('ls', '--namespace', namespace)).toMatch(/\nabandoned .*:::stuck\n$/)
    idem('resolve', key, '--value', '{"receipt":"r-17"}')
    const told = program(`console.log((await idem.run('stuck', () => 'ran again')).receipt)`)
    expect(told).toBe('r-17\n')
    expect(idem('forget', key, '--yes')).toBe(`forgot ${key} (succeeded, attempt 1)\n`)
    expect(idem('ls', '--namespace', namespace, '--json')).toBe('')
  })
})
