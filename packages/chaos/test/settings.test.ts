import { describe, expect, it } from 'vitest'
import { DEFAULT_FAULTS } from '../src/faults/plan-faults'
import { HELP, readSettings } from '../src/settings'
import { mongoTarget } from '../src/targets/mongo/mongo-target'
import { postgresTarget } from '../src/targets/postgres/postgres-target'
import { redisTarget } from '../src/targets/redis/redis-target'

describe('readSettings', () => {
  it('runs on Redis for a minute unless told otherwise', () => {
    expect(readSettings([])).toMatchObject({
      target: redisTarget,
      faults: DEFAULT_FAULTS,
      minutes: 1,
      rounds: undefined,
      json: undefined,
    })
  })

  it('takes the number of rounds, the seed, and how many faults there are', () => {
    const settings = readSettings(['--rounds', '2', '--seed', '7', '--faults', '2', '--store', 'redis'])
    const faults = { kills: 28, stops: 12, cuts: 12, delays: 12, lostReplies: 24, restarts: 4, failovers: 4 }
    expect(settings).toMatchObject({ seed: 7, rounds: 2, faults })
  })

  it('takes the minutes, how slow all is to be, and where the report is to be written', () => {
    expect(readSettings(['--minutes', '10', '--slow', '3', '--json', 'report.json'])).toMatchObject({
      minutes: 10,
      slow: 3,
      json: 'report.json',
    })
  })

  it('plays with and without a replica in turn, where there are replicas', () => {
    expect(readSettings(['--store', 'postgres'])).toMatchObject({ replication: ['none', 'sync'] })
    expect(readSettings(['--transfers'])).toMatchObject({ replication: ['none', 'sync'] })
    expect(readSettings(['--store', 'mongo'])).toMatchObject({ replication: ['none'] })
    expect(readSettings(['--replication', 'async'])).toMatchObject({ replication: ['async'] })
    expect(readSettings(['--store', 'mongo', '--replication', 'none'])).toMatchObject({
      replication: ['none'],
    })
  })

  it('makes transfers on PostgreSQL unless told otherwise', () => {
    expect(readSettings(['--transfers'])).toMatchObject({ target: postgresTarget, bank: postgresTarget })
    expect(readSettings(['--store', 'postgres'])).toMatchObject({ target: postgresTarget, bank: undefined })
  })

  it('makes transfers on MongoDB', () => {
    const args = ['--transfers', '--store', 'mongo']
    expect(readSettings(args)).toMatchObject({ target: mongoTarget, bank: mongoTarget })
  })

  it.each([
    [['--store', 'paper'], '--store must be one of redis, postgres, mongo; got paper'],
    [
      ['--transfers', '--store', 'redis'],
      '--transfers need transactions: --store must be one of postgres, mongo; got redis',
    ],
    [['--minutes', '0'], '--minutes must be a number above 0; got 0'],
    [['--slow=-1'], '--slow must be a number above 0; got -1'],
    [['--minutes', 'Infinity'], '--minutes must be a number above 0; got Infinity'],
    [['--rounds', '1.5'], '--rounds must be a whole number above 0; got 1.5'],
    [['--rounds', '0'], '--rounds must be a whole number above 0; got 0'],
    [['--replication', 'some'], '--replication must be one of none, sync, async; got some'],
    [
      ['--store', 'mongo', '--replication', 'sync'],
      '--replication must be none on mongo: a replica set of one has nobody to take over; got sync',
    ],
    [['--faults', 'many'], '--faults must be a number above 0; got many'],
    [['--seed', 'x'], '--seed must be a whole number; got x'],
    [['--seed', ''], '--seed must be a whole number; got '],
    [['--sed', '1'], "Unknown option '--sed'"],
  ])('refuses %j', (args, message) => {
    expect(() => readSettings(args)).toThrow(message)
  })

  it('tells of every option', () => {
    expect(readSettings(['--help'])).toBe('help')
    for (const option of [
      'store',
      'transfers',
      'replication',
      'minutes',
      'rounds',
      'faults',
      'slow',
      'seed',
      'json',
    ])
      expect(HELP).toContain(`--${option} `)
  })
})
