import { expect, it } from 'vitest'
import { readSettings, SettingsError } from '../src/settings'

it('is an hour on all stores, unless something else is asked for', () => {
  expect(readSettings([])).toEqual({
    stores: ['memory', 'redis', 'postgres', 'mongo'],
    minutes: 60,
    rate: 15,
    seed: 1,
    json: undefined,
    writePlots: false,
  })
})

it('takes stores, minutes, a rate, a seed and a file', () => {
  const args = [
    '--store',
    'mongo,redis',
    '--minutes',
    '0.5',
    '--rate',
    '3',
    '--seed',
    '7',
    '--json',
    'a.json',
    '--write',
  ]
  expect(readSettings(args)).toEqual({
    stores: ['redis', 'mongo'],
    minutes: 0.5,
    rate: 3,
    seed: 7,
    json: 'a.json',
    writePlots: true,
  })
})

it.each([
  [['--store', 'redis,oracle'], /oracle/],
  [['--minutes', '0'], /--minutes takes numbers from 0\.1/],
  [['--rate', 'fast'], /--rate takes numbers/],
  [['--hours', '1'], /--hours/],
])('refuses %j', (args, reason) => {
  expect(() => readSettings(args)).toThrow(SettingsError)
  expect(() => readSettings(args)).toThrow(reason)
})

it('tells what it takes', () => {
  expect(readSettings(['--help'])).toBe('help')
})
