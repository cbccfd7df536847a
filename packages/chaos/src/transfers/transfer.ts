import { Random } from '@idem/harness'
import type { KeyPlan } from '../workload/workload'

export interface Transfer {
  /** Also the idempotency key. */
  readonly id: string
  readonly from: number
  readonly to: number
  readonly amount: number
}

/** What a caller is told. */
export interface Receipt {
  /** The line of the ledger. */
  readonly entry: string
  /** What the account has left from which the money came. */
  readonly left: number
}

/** So few that transfers meet, and so many that they do not stand in line. */
export const ACCOUNTS = 40
/** More than all transfers could take from one. */
export const OPENING_BALANCE = 1_000_000

/** What is to be moved under a key: the same for everybody who asks. */
export function transferOf({ key }: KeyPlan, seed: number): Transfer {
  const random = new Random('transfer', seed, key)
  const from = random.whole(1, ACCOUNTS)
  const to = 1 + ((from - 1 + random.whole(1, ACCOUNTS - 1)) % ACCOUNTS)
  return { id: key, from, to, amount: random.whole(1, 100) }
}
