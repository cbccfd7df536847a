import { Idem, type IdemEvent } from '@idem/core'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { Commands, names } from './support/commands'
import { openClients } from './support/open-clients'

const server = serverOrSkip('a private Redis', await startPrivateRedis())

/** Counted by the server itself: `MONITOR` tells of every command that any client sends. */
describe.skipIf(server === undefined)('what a call sends', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const store = new RedisStore(client)
  const idem = new Idem({ store })
  let commands: Commands

  beforeAll(async () => {
    commands = await Commands.to(open(url))
    // The server knows the scripts from here on.
    await idem.run('warm', async () => 1)
    await idem.run('warm', async () => 1)
  })
  afterAll(async () => {
    commands.close()
    await server?.stop()
  })

  test('a first run is two commands', async () => {
    const sent = await commands.during(() => idem.run('first', async () => 1))
    expect(names(sent)).toEqual(['evalsha', 'evalsha'])
  })

  test('a first run with a payload, a scope and a name is two commands', async () => {
    const options = { fingerprint: { amount: 3 }, scope: 'user', name: 'charge' }
    const sent = await commands.during(() => idem.run('with options', async () => 1, options))
    expect(names(sent)).toEqual(['evalsha', 'evalsha'])
  })

  test('a replay is one command', async () => {
    await idem.run('replayed', async () => 1)
    const sent = await commands.during(() => idem.run('replayed', async () => 2))
    expect(names(sent)).toEqual(['evalsha'])
  })

  test('a replay from the local cache is none', async () => {
    const cached = new Idem({ store, cache: { max: 10, maxAge: '1m' } })
    await cached.run('cached', async () => 1)
    const sent = await commands.during(async () => {
      expect(await cached.run('cached', async () => 2)).toBe(1)
    })
    expect(sent).toEqual([])
  })

  test('a hundred duplicates in one process are the two commands of the one that runs', async () => {
    let runs = 0
    const sent = await commands.during(() =>
      Promise.all(Array.from({ length: 100 }, () => idem.run('joined', async () => ++runs))),
    )
    expect(names(sent)).toEqual(['evalsha', 'evalsha'])
    expect(runs).toBe(1)
  })

  test('a failure is two commands, and the next attempt two more', async () => {
    const failing = () => Promise.reject(new Error('not today'))
    // The script that settles failures is new to the server.
    await idem.run('warm failure', failing).catch(() => {})
    const sent = await commands.during(async () => {
      await expect(idem.run('failing', failing)).rejects.toThrow('not today')
      await idem.run('failing', async () => 1)
    })
    expect(names(sent)).toEqual(['evalsha', 'evalsha', 'evalsha', 'evalsha'])
  })

  test('a saved step is one command, and one that is remembered none', async () => {
    const work = (ok: boolean) =>
      idem.run('steps', async (ctx) => {
        await ctx.step('charge', () => 1)
        if (!ok) throw new Error('after the step')
      })
    await idem.run('warm steps', (ctx) => ctx.step('any', () => 1))
    expect(names(await commands.during(() => work(false).catch(() => {})))).toHaveLength(3)
    expect(names(await commands.during(() => work(true)))).toHaveLength(2)
  })

  test('who looks on is told once what the server may do, at the cost of one INFO', async () => {
    const events: IdemEvent[] = []
    const observed = new Idem({ store, observer: (event) => events.push(event) })
    const first = await commands.during(() => observed.run('observed', async () => 1))
    expect(names(first).sort()).toEqual(['evalsha', 'evalsha', 'info'])
    const later = await commands.during(() => observed.run('observed again', async () => 1))
    expect(names(later)).toEqual(['evalsha', 'evalsha'])
    expect(events.map(({ type }) => type)).toEqual(['started', 'succeeded', 'started', 'succeeded'])
  })
})
