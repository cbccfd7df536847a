import { parseArgs } from 'node:util'
import { DEFAULT_FAULTS, type FaultCounts, mapFaults } from './faults/plan-faults'
import { postgresTarget } from './targets/postgres/postgres-target'
import { redisTarget } from './targets/redis/redis-target'
import type { BankTarget, Replication, Target } from './targets/target'
import { targets } from './targets/targets'

const stores = [...targets.keys()]
const banks = [...targets.values()].filter(isBank).map(({ name }) => name)
const replications = ['none', 'sync', 'async'] as const

export const HELP = `Kills, stops, cuts off and slows down processes that share keys, restarts their server or lets its replica take
over, and checks what all of them saw.

  --store <name>        ${stores.join(', ')} (default ${redisTarget.name}; with --transfers, ${postgresTarget.name})
  --transfers           moves money in transactions instead, and checks the books (on ${banks.join(', ')})
  --replication <kind>  none: one server, which is killed and restarted; sync: two, and writes are acknowledged when the
                        replica has them; async: two, and a failover may lose what it had not
                        (default: none and sync in turn, where there are replicas)
  --minutes <n>         how long, in rounds of some 20 seconds (default 1)
  --rounds <n>          how many rounds, instead of minutes
  --faults <n>          times as many faults as usual (default 1)
  --slow <n>            all times so many times as long, for a machine with other work to do (default 1)
  --seed <n>            of the first round; each round has the next (default: the time)
  --json <file>         writes the report there, too

A seed decides what is called and which faults there are, not how it goes: that is the machine's affair.
Ends with 1 if a promise was broken. Ctrl+C ends it with a report of the rounds that came to their end.`

export interface Settings {
  readonly target: Target
  /** Where money is moved, if it is, instead of keys being called. */
  readonly bank: BankTarget | undefined
  /** What servers the rounds have, in turn. */
  readonly replication: readonly (Replication | 'none')[]
  readonly seed: number
  readonly faults: FaultCounts
  /** Times as long as usual is everything. */
  readonly slow: number
  readonly minutes: number
  /** How many, instead of minutes. */
  readonly rounds: number | undefined
  readonly json: string | undefined
}

/** @throws TypeError that names the option which is wrong */
export function readSettings(args: string[]): Settings | 'help' {
  const text = { type: 'string' } as const
  const options = {
    store: text,
    replication: text,
    minutes: text,
    rounds: text,
    faults: text,
    slow: text,
    seed: text,
    json: text,
    transfers: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args, options })
  if (values.help) return 'help'
  const { transfers = false } = values
  const { store = (transfers ? postgresTarget : redisTarget).name } = values
  const target = targets.get(store)
  if (target === undefined) throw new TypeError(`--store must be one of ${stores.join(', ')}; got ${store}`)
  if (transfers && !isBank(target)) {
    throw new TypeError(
      `--transfers need transactions: --store must be one of ${banks.join(', ')}; got ${store}`,
    )
  }
  const factor = positive('faults', values.faults, 1)
  return {
    target,
    bank: transfers && isBank(target) ? target : undefined,
    replication: replicationOf(target, values.replication),
    seed: wholeNumber('seed', values.seed, Date.now() % 1_000_000),
    faults: mapFaults((kind) => Math.round(DEFAULT_FAULTS[kind] * factor)),
    slow: positive('slow', values.slow, 1),
    minutes: positive('minutes', values.minutes, 1),
    rounds: values.rounds === undefined ? undefined : positiveWhole('rounds', values.rounds),
    json: values.json,
  }
}

function isBank(target: Target): target is BankTarget {
  return target.bank !== undefined
}

function replicationOf({ name, pairs }: Target, given: string | undefined): Settings['replication'] {
  if (given === undefined) return 'none' in pairs ? ['none'] : ['none', 'sync']
  const replication = replications.find((one) => one === given)
  if (replication === undefined) {
    throw new TypeError(`--replication must be one of ${replications.join(', ')}; got ${given}`)
  }
  if (replication !== 'none' && 'none' in pairs) {
    throw new TypeError(`--replication must be none on ${name}: ${pairs.none}; got ${given}`)
  }
  return [replication]
}

function positive(option: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (value > 0 && Number.isFinite(value)) return value
  throw new TypeError(`--${option} must be a number above 0; got ${given}`)
}

function positiveWhole(option: string, given: string): number {
  const value = Number(given)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new TypeError(`--${option} must be a whole number above 0; got ${given}`)
}

function wholeNumber(option: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (given !== '' && Number.isSafeInteger(value) && value >= 0) return value
  throw new TypeError(`--${option} must be a whole number; got ${given}`)
}
