import { describe, expect, it } from 'vitest'
import { DEFAULT_FAULTS } from '../src/faults/plan-faults'
import { HELP, readSettings } from '../src/settings'
import { mongoTarget } from '../src/targets/mongo/mongo-target'
import { postgresTarget } from '../src/targets/postgres/postgres-target'
import { redisTarget } from '../src/targets/redis/redis-target'

describe('readSettings', () => {
  it('runs on Redis for a minute unless told otherwise', () => {
    const settings = readSettings([])
    expect(settings).toMatchObject({ target: redisTarget, faults: DEFAULT_FAULTS })
    expect(settings !== 'help' && settings.mayGoOn(1000)).toBe(true)
  })

  it('takes the number of rounds, the seed, and how many faults there are', () => {
    const settings = readSettings(['--rounds', '2', '--seed', '7', '--faults', '2', '--store', 'redis'])
    const faults = { kills: 28, stops: 12, cuts: 12, lostReplies: 24, restarts: 4 }
    expect(settings).toMatchObject({ seed: 7, faults })
    expect(settings !== 'help' && [0, 1, 2].map(settings.mayGoOn)).toEqual([true, true, false])
  })

  it('makes transfers on PostgreSQL unless told otherwise', () => {
    expect(readSettings(['--transfers'])).toMatchObject({ target: postgresTarget, bank: postgresTarget })
    expect(readSettings(['--store', 'postgres'])).toMatchObject({ target: postgresTarget, bank: undefined })
  })

  it('makes transfers on MongoDB', () => {
    const args = ['--transfers', '--store', 'mongo']
    expect(readSettings(args)).toMatchObject({ target: mongoTarget, bank: mongoTarget })
  })

  it('ends when the minutes are over', async () => {
    const settings = readSettings(['--minutes', '0.000001'])
    await expect.poll(() => settings !== 'help' && settings.mayGoOn(0)).toBe(false)
  })

  it.each([
    [['--store', 'paper'], '--store must be one of redis, postgres, mongo; got paper'],
    [
      ['--transfers', '--store', 'redis'],
      '--transfers need transactions: --store must be one of postgres, mongo; got redis',
    ],
    [['--minutes', '0'], '--minutes must be a number above 0; got 0'],
    [['--rounds', '1.5'], '--rounds must be a whole number; got 1.5'],
    [['--faults', 'many'], '--faults must be a number above 0; got many'],
    [['--seed', 'x'], '--seed must be a whole number; got x'],
    [['--sed', '1'], "Unknown option '--sed'"],
  ])('refuses %j', (args, message) => {
    expect(() => readSettings(args)).toThrow(message)
  })

  it('tells of every option', () => {
    expect(readSettings(['--help'])).toBe('help')
    for (const option of ['store', 'transfers', 'minutes', 'rounds', 'faults', 'seed'])
      expect(HELP).toContain(`--${option} `)
  })
})
