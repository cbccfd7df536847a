import { describe, expect, it } from 'vitest'
import { readSettings, SettingsError } from '../src/settings'

describe('readSettings', () => {
  it('measures everything in 7 rounds at 1, 64 and 256 in flight unless told otherwise', () => {
    expect(readSettings([])).toEqual({
      asked: [],
      rounds: 7,
      inFlight: [1, 64, 256],
      turnMs: 500,
      only: undefined,
      records: 1_000_000,
      json: undefined,
      writeReadme: false,
      writePlots: false,
    })
  })

  it('reads what is asked for', () => {
    const flags =
      '--rounds 9 --in-flight 1,8 --turn 50 --only idem --records 5000 --json out.json --write'.split(' ')
    expect(readSettings(['redis/replay', ...flags])).toEqual({
      asked: ['redis/replay'],
      rounds: 9,
      inFlight: [1, 8],
      turnMs: 50,
      only: 'idem',
      records: 5000,
      json: 'out.json',
      writeReadme: false,
      writePlots: true,
    })
  })

  it.each([
    [['--rounds', '4'], '--rounds takes whole numbers from 5; got "4"'],
    [['--rounds', 'many'], '--rounds takes whole numbers from 5; got "many"'],
    [['--in-flight', '1,,2'], '--in-flight takes whole numbers from 1; got ""'],
    [['--in-flight', '0'], '--in-flight takes whole numbers from 1; got "0"'],
    [['--turn', '1.5'], '--turn takes whole numbers from 10; got "1.5"'],
    [['--records', '999'], '--records takes whole numbers from 1000; got "999"'],
    [['--quickly'], "Unknown option '--quickly'"],
  ])('refuses %j', (args, message) => {
    expect(() => readSettings(args)).toThrow(SettingsError)
    expect(() => readSettings(args)).toThrow(message)
  })

  it.each([[['--only', 'idem']], [['redis/first']]])(
    'does not write %j into the README as if it were all',
    (args) => {
      expect(() => readSettings(['--write-readme', ...args])).toThrow('--write-readme takes whole programs')
    },
  )

  it('knows when only help is wanted', () => {
    expect(readSettings(['--help'])).toBe('help')
  })
})
