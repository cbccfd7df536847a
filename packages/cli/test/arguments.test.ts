import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { cli } from './support/cli'

/** Nothing listens there. */
const NOWHERE = ['--store', 'redis://127.0.0.1:1']
const COMMANDS = ['ls', 'show', 'resolve', 'forget', 'sweep', 'watch']

describe('what is typed', () => {
  it.each<readonly [what: string, args: readonly string[], says: string | RegExp]>([
    ['no command', [], 'which command?'],
    ['an unknown command', ['rm'], 'there is no command "rm"; there are ls, show'],
    ['what objects have of themselves', ['constructor'], 'there is no command'],
    ['no store', ['ls'], 'Give --store <url>, or set IDEM_STORE'],
    [
      'a store of an unknown kind',
      ['ls', '--store', 'mysql://x'],
      'must begin with one of redis://, rediss://',
    ],
    ['a URL that is none', ['ls', '--store', 'redis://[x'], 'cannot be parsed'],
    ['an unknown option', ['ls', ...NOWHERE, '--sort', 'age'], "Unknown option '--sort'"],
    ['an option of another command', ['ls', ...NOWHERE, '--force'], "Unknown option '--force'"],
    [
      'an option of another store',
      ['ls', ...NOWHERE, '--schema', 's'],
      '--schema is for PostgreSQL, and the store is Redis',
    ],
    ['an option twice', ['ls', ...NOWHERE, '--prefix', 'a', '--prefix', 'b'], '--prefix was given 2 times'],
    [
      'a state that there is not',
      ['ls', ...NOWHERE, '--state', 'stuck'],
      'must be one of running, succeeded, failed',
    ],
    ['a limit out of range', ['ls', ...NOWHERE, '--limit', '0'], 'a whole number from 1 to 1000; got "0"'],
    [
      'a beginning and a namespace',
      ['ls', 'a:', '--namespace', 'b', ...NOWHERE],
      'give a beginning or --namespace',
    ],
    ['two beginnings', ['ls', 'a', 'b', ...NOWHERE], 'takes no "b"'],
    ['no key', ['show', ...NOWHERE], 'which key?'],
    ['an empty key', ['forget', '', ...NOWHERE], 'which key?'],
    ['two keys', ['forget', 'a', 'b', '--yes', ...NOWHERE], 'takes no "b"'],
    ['no value', ['resolve', 'a', ...NOWHERE], 'which value?'],
    ['two values', ['resolve', 'a', '--value', '1', '--without-value', ...NOWHERE], 'which value?'],
    [
      'a value that is no JSON',
      ['resolve', 'a', '--value', 'paid', ...NOWHERE],
      `a text in quotes of its own ('"paid"')`,
    ],
    ['a value with an unknown tag', ['resolve', 'a', '--value', '{"$":"x"}', ...NOWHERE], 'unknown tag'],
    ['a file that is not there', ['resolve', 'a', '--value-file', '/nowhere', ...NOWHERE], 'ENOENT'],
    [
      'a time that is none',
      ['resolve', 'a', '--value', '1', '--retention', 'long', ...NOWHERE],
      '--retention must be a duration',
    ],
    ['an interval too short', ['watch', '--interval', '1ms', ...NOWHERE], 'at least 100 ms'],
    ['a database that is not named', ['ls', '--store', 'mongodb://127.0.0.1:1'], 'give --database'],
    [
      'a schema that cannot be',
      ['ls', '--store', 'postgres://127.0.0.1:1/x', '--schema', ''],
      'schema must be a name',
    ],
  ])('%s ends with 2, and says what is right', async (_, args, says) => {
    const { code, out, err } = await cli(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(says)
  })

  it.each([
    ['redis://127.0.0.1:1', 'Redis at redis://127.0.0.1:1 cannot be reached: connect ECONNREFUSED'],
    [
      'postgres://127.0.0.1:1/x',
      'PostgreSQL at postgres://127.0.0.1:1/x cannot be reached: connect ECONNREFUSED',
    ],
    ['mongodb://127.0.0.1:1/x', 'MongoDB at mongodb://127.0.0.1:1/x cannot be reached: connect ECONNREFUSED'],
  ])('a store that does not answer at %s ends with 1', async (url, says) => {
    expect(await cli(['ls'], { IDEM_STORE: url })).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining(says),
    })
  })

  it.each([
    [NOWHERE, ['ioredis']],
    [['--store', 'postgres://127.0.0.1:1/x'], ['pg']],
    [['--store', 'mongodb://127.0.0.1:1'], ['mongodb']],
    [['--help'], []],
  ])('%j loads the drivers %j, and no other', async (args, drivers) => {
    const preload = pathToFileURL(join(import.meta.dirname, 'support/tell-drivers.mjs'))
    const { err } = await cli(['ls', ...args], { NODE_OPTIONS: `--import=${preload}` })
    expect(err.split('\n').at(-2)).toBe(`loaded ${JSON.stringify(drivers)}`)
  })

  it('explains itself, and each command with examples', async () => {
    const { code, out } = await cli(['--help'])
    expect(code).toBe(0)
    for (const command of COMMANDS) {
      expect(out).toContain(`  ${command}`)
      const help = await cli([command, '--help'])
      expect(help).toMatchObject({ code: 0, err: '' })
      expect(help.out).toContain(`Examples, with the URL in IDEM_STORE:\n  npx @idem/cli ${command}`)
      expect(Math.max(...help.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(130)
    }
  })
})
