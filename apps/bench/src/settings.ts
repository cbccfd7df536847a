import { parseArgs } from 'node:util'

/** How thoroughly to measure, and what. */
export interface Settings {
  readonly rounds: number
  /** How many operations are kept under way: one table column each. */
  readonly inFlight: readonly number[]
  /** How long a contestant's turn takes. */
  readonly turnMs: number
  /** Leaves out contestants whose name does not contain this; floors always run. */
  readonly only?: string | undefined
  /** How many records a store is grown to at most. */
  readonly records: number
}

export interface BenchSettings extends Settings {
  /** `redis` for a whole program, `redis/replay` for one of its trials; empty for everything. */
  readonly asked: readonly string[]
  /** Where to write every round's figures. */
  readonly json?: string | undefined
  readonly writeReadme: boolean
  /** Whether plots go into the documentation. */
  readonly writePlots: boolean
}

/** The bench was asked for something that it does not understand; the message says what it takes. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

export const HELP = `bench [program[/trial] ...] [options]

  --rounds <number>       rounds that count, at least 5, after one that warms up (7)
  --in-flight <numbers>   how many operations are kept under way (1,64,256)
  --turn <milliseconds>   how long a contestant's turn takes (500)
  --only <text>           leaves out contestants whose name does not contain this; floors always run
  --records <number>      how many records a store is grown to at most (1000000)
  --json <file>           writes every round's figures
  --write-readme          puts the tables into apps/bench/README.md
  --write                 puts plots into docs, and shows them with the tables
`

/** Fewer rounds than this cannot tell a figure from an accident. */
const LEAST_ROUNDS = 5

/** `'help'` if that is all that is wanted. @throws SettingsError */
export function readSettings(args: readonly string[]): BenchSettings | 'help' {
  const { values, positionals } = readFlags(args)
  if (values.help) return 'help'
  const settings = {
    asked: positionals,
    rounds: whole('--rounds', values.rounds, LEAST_ROUNDS),
    inFlight: values['in-flight'].split(',').map((text) => whole('--in-flight', text, 1)),
    turnMs: whole('--turn', values.turn, 10),
    only: values.only,
    records: whole('--records', values.records, 1000),
    json: values.json,
    writeReadme: values['write-readme'],
    writePlots: values.write,
  }
  const partial = settings.only !== undefined || positionals.some((asked) => asked.includes('/'))
  if (settings.writeReadme && partial) {
    throw new SettingsError('--write-readme takes whole programs: leave out --only and the names of trials')
  }
  return settings
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '7' },
        'in-flight': { type: 'string', default: '1,64,256' },
        turn: { type: 'string', default: '500' },
        only: { type: 'string' },
        records: { type: 'string', default: '1000000' },
        json: { type: 'string' },
        'write-readme': { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new SettingsError(`${(error as Error).message}\nSee --help.`)
  }
}

function whole(flag: string, text: string, least: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least)) {
    throw new SettingsError(`${flag} takes whole numbers from ${least}; got ${JSON.stringify(text)}`)
  }
  return number
}
