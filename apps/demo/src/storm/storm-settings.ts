import { parseArgs } from 'node:util'
import { SettingsError } from '../settings'
import type { StoreKind } from '../stores/store-kind'
import { STORE_NAMES, STORES, type StoreName } from '../stores/stores'
import { DUPLICATES, DUPLICATES_COUNT } from './storm-routes'

export interface StormSettings {
  readonly duplicates: number
  readonly stores: readonly StoreName[]
  /** Whether it is the scenarios of the shop that are asked, in place of the ways to pay. */
  readonly scenarios: boolean
}

/**
 * Reads the command line of `storm`. `'help'` if that is all that is wanted.
 *
 * @throws SettingsError
 */
export function readStormSettings(args: readonly string[], env: NodeJS.ProcessEnv): StormSettings | 'help' {
  const { help, duplicates = String(DUPLICATES), stores, scenarios = false } = readFlags(args)
  if (help) return 'help'
  const count =
    DUPLICATES_COUNT.readDigits(duplicates) ?? refuse('--duplicates', DUPLICATES_COUNT.rule, duplicates)
  return { duplicates: count, stores: stores === undefined ? configured(env) : named(stores), scenarios }
}

export const STORM_HELP = `Makes one payment in each wrong way and in each of idem's, with many duplicates at once.

  --duplicates N    how many clients ask for the same payment (${DUPLICATES} unless set)
  --stores a,b      on which stores: ${STORE_NAMES.join(', ')}; a server that no variable names is started
                    (memory, and those whose variable is set, unless said)
  --scenarios       asks each scenario of the shop in place of that: orders, callbacks, stock, coupons, queue, checkout
  --help            shows this

Ends with 0 if all of idem's ways were right, else with 1.
`

/** Those that need no server, and those whose server the environment names. */
function configured(env: NodeJS.ProcessEnv): StoreName[] {
  return STORE_NAMES.filter((name) => {
    const { variable }: StoreKind = STORES[name]
    return variable === undefined || Boolean(env[variable])
  })
}

function named(list: string): StoreName[] {
  const names = list.split(',').map((name) => name.trim())
  const known = STORE_NAMES.filter((name) => names.includes(name))
  const isSound = names.every((name) => STORE_NAMES.some((other) => other === name))
  return isSound ? known : refuse('--stores', `some of ${STORE_NAMES.join(', ')}, with commas between`, list)
}

function readFlags(args: readonly string[]) {
  try {
    const options = {
      duplicates: { type: 'string' },
      stores: { type: 'string' },
      scenarios: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new SettingsError(`${(error as Error).message}\nSee storm --help.`)
  }
}

function refuse(flag: string, takes: string, got: string): never {
  throw new SettingsError(`${flag} must be ${takes}; got ${JSON.stringify(got)}`)
}
