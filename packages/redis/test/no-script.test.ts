import { Idem } from '@idem/core'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { Commands, names } from './support/commands'
import { openClients } from './support/open-clients'

const server = serverOrSkip('a private Redis', await startPrivateRedis({ appendOnly: true }))

describe.skipIf(server === undefined)('a server that does not know the scripts', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const operator = open(url)
  const idem = new Idem({ store: new RedisStore(client) })

  beforeAll(() => client.ping())
  afterAll(() => server?.stop())

  test('is sent them whole, once, and after SCRIPT FLUSH once more', async () => {
    await idem.run('known', async () => 1)
    await operator.script('FLUSH')
    const commands = await Commands.to(operator)
    try {
      const flushed = await commands.during(() => idem.run('flushed', async () => 1))
      expect(names(flushed)).toEqual(['evalsha', 'eval', 'evalsha', 'eval'])
      const after = await commands.during(() => idem.run('after', async () => 1))
      expect(names(after)).toEqual(['evalsha', 'evalsha'])
    } finally {
      commands.close()
    }
  })

  test('is sent them whole after a restart, and has kept its records', async () => {
    await idem.run('kept', async () => 'before')
    await server?.restart()
    expect(await idem.run('kept', async () => 'after')).toBe('before')
    expect(await idem.run('new', async () => 'after')).toBe('after')
  })

  test('that forgets them again and again under load runs every key once', async () => {
    const runs = new Map<number, number>()
    const run = (key: number) =>
      idem.run(`load ${key}`, async () => {
        runs.set(key, (runs.get(key) ?? 0) + 1)
        return key
      })
    const answers: number[] = []
    for (let wave = 0; wave < 40; wave++) {
      const keys = Array.from({ length: 50 }, (_, at) => wave * 50 + at)
      const [, ...ran] = await Promise.all([operator.script('FLUSH'), ...keys.map(run)])
      answers.push(...ran)
    }
    expect(answers).toEqual(Array.from({ length: 2000 }, (_, key) => key))
    expect([...runs.values()].every((times) => times === 1)).toBe(true)
  })
})
