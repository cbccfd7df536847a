import { parseArgs } from 'node:util'
import { DEFAULT_FAULTS, type FaultCounts } from './faults/plan-faults'
import { postgresTarget } from './targets/postgres/postgres-target'
import { redisTarget } from './targets/redis/redis-target'
import type { BankTarget, Target } from './targets/target'
import { targets } from './targets/targets'

const stores = [...targets.keys()]
const banks = [...targets.values()].filter(isBank).map(({ name }) => name)

export const HELP = `Kills, stops and cuts off processes that share keys, restarts their server, and checks what all of them saw.

  --store <name>   ${stores.join(', ')} (default ${redisTarget.name}; with --transfers, ${postgresTarget.name})
  --transfers      moves money in transactions instead, and checks the books (on ${banks.join(', ')})
  --minutes <n>    how long, in rounds of some 20 seconds (default 1)
  --rounds <n>     how many rounds, instead of minutes
  --faults <n>     times as many faults as usual (default 1)
  --seed <n>       of the first round; each round has the next (default: the time)

A seed decides what is called and which faults there are, not how it goes: that is the machine's affair.
Ends with 1 if a promise was broken.`

export interface Settings {
  readonly target: Target
  /** Where money is moved, if it is, instead of keys being called. */
  readonly bank: BankTarget | undefined
  readonly seed: number
  readonly faults: FaultCounts
  /** Whether the round of this number, from 0, is to be run. */
  readonly mayGoOn: (round: number) => boolean
}

/** @throws TypeError that names the option which is wrong */
export function readSettings(args: string[]): Settings | 'help' {
  const text = { type: 'string' } as const
  const options = {
    store: text,
    minutes: text,
    rounds: text,
    faults: text,
    seed: text,
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
  const bank = transfers && isBank(target) ? target : undefined
  const seed = wholeNumber('seed', values.seed, Date.now() % 1_000_000)
  const rounds = values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds, 1)
  const endsAt = performance.now() + positive('minutes', values.minutes, 1) * 60_000
  const mayGoOn = (round: number) => (rounds === undefined ? performance.now() < endsAt : round < rounds)
  const faults = times(DEFAULT_FAULTS, positive('faults', values.faults, 1))
  return { target, bank, seed, faults, mayGoOn }
}

function isBank(target: Target): target is BankTarget {
  return target.bank !== undefined
}

const times = (counts: FaultCounts, factor: number): FaultCounts => ({
  kills: Math.round(counts.kills * factor),
  stops: Math.round(counts.stops * factor),
  cuts: Math.round(counts.cuts * factor),
  lostReplies: Math.round(counts.lostReplies * factor),
  restarts: Math.round(counts.restarts * factor),
})

function positive(option: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (value > 0) return value
  throw new TypeError(`--${option} must be a number above 0; got ${given}`)
}

function wholeNumber(option: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new TypeError(`--${option} must be a whole number; got ${given}`)
}
