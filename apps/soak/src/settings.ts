import { parseArgs } from 'node:util'
import { STORE_NAMES, type StoreName } from './order'

export interface Settings {
  readonly stores: readonly StoreName[]
  readonly minutes: number
  /** Scenes a second, on each store. */
  readonly rate: number
  readonly seed: number
  /** Where to write what was measured. */
  readonly json?: string | undefined
  /** Whether plots go into the documentation. */
  readonly writePlots: boolean
}

/** The soak was asked for something that it does not understand; the message says what it takes. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

export const HELP = `Puts stores under mixed load for a while, and looks whether anything grows.

  --minutes <number>  how long (60)
  --store <names>     which stores, all at once (${STORE_NAMES.join(',')})
  --rate <number>     how many scenes begin a second, on each store (15)
  --seed <number>     of what is called (1)
  --json <file>       writes all that was measured
  --write             puts a plot for each store into docs

Ends with 1 if anything grows, is left over, or does not go as it must.
`

/** `'help'` if that is all that is wanted. @throws SettingsError */
export function readSettings(args: readonly string[]): Settings | 'help' {
  const values = readFlags(args)
  if (values.help) return 'help'
  return {
    stores: storeNames(values.store),
    minutes: number('--minutes', values.minutes, 0.1, 24 * 60),
    rate: number('--rate', values.rate, 1, 1000),
    seed: number('--seed', values.seed, 0, 1e9),
    json: values.json,
    writePlots: values.write,
  }
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '60' },
        store: { type: 'string', default: STORE_NAMES.join(',') },
        rate: { type: 'string', default: '15' },
        seed: { type: 'string', default: '1' },
        json: { type: 'string' },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new SettingsError(`${(error as Error).message}\nSee --help.`)
  }
}

function storeNames(text: string): StoreName[] {
  const asked = text.split(',')
  const strange = asked.find((name) => !(STORE_NAMES as readonly string[]).includes(name))
  if (strange === undefined) return STORE_NAMES.filter((name) => asked.includes(name))
  throw new SettingsError(`--store takes ${STORE_NAMES.join(', ')}; got ${JSON.stringify(strange)}`)
}

function number(flag: string, text: string, least: number, most: number): number {
  const given = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (given >= least && given <= most) return given
  throw new SettingsError(`${flag} takes numbers from ${least} to ${most}; got ${JSON.stringify(text)}`)
}
