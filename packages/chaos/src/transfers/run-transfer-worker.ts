import { Idem, OperationFailedError, type Transactional } from '@idem/core'
import { Random } from '@idem/harness'
import type { EventLog } from '../history/event-log'
import { callKeys } from '../worker/call-keys'
import type { Order } from '../worker/order'
import { FOR_GOOD, isForGood, PlannedFailure } from '../worker/planned-failure'
import { takePart } from '../worker/take-part'
import { tellError } from '../worker/tell-error'
import { timesOf } from '../worker/times'
import { type Duplicate, type KeyPlan, makeWorkload } from '../workload/workload'
import { bankOf } from './bank'
import type { Branch, OpenBranch } from './branch'
import { type Receipt, type Transfer, transferOf } from './transfer'

/** What a teller has to work with. */
export interface Counter<Tx, Driver> {
  readonly idem: Idem & Transactional<Tx>
  readonly driver: Driver
}

/** Makes a transfer, in the transaction that it is given. */
export type Move<Tx> = (tx: Tx, signs: Signs) => Promise<Receipt>

/** Has a transfer made once. */
export type Teller<Tx, Driver> = (
  counter: Counter<Tx, Driver>,
  transfer: Transfer,
  move: Move<Tx>,
) => Promise<Receipt>

/** Which attempt it is. */
interface Signs {
  readonly attempt: number
  readonly fence: number
}

/** So many of those that could succeed fail first, when all is written but not committed. */
const FAILING_SHARE = 0.1
/** When all is over, a transfer is asked for so often at most: each planned failure takes one. */
const AUDIT_CALLS = 8

/** A process of a bank, whose callers want transfers to be made. */
export function runTransferWorker<Tx, Driver>(
  open: OpenBranch<Tx, Driver>,
  teller: Teller<Tx, Driver>,
): Promise<void> {
  return takePart(async (order, log) => {
    const { role, origin, url, workload } = order
    const { keys, duplicates } = makeWorkload(workload)
    const place = role.name === 'caller' ? role.place : 0
    const bank = bankOf(origin)
    const branch = await open(url, bank, place)
    const { store, driver } = branch
    const isRetryable = (error: unknown) => !isForGood(error)
    const lease = workload.leaseMs
    const idem = new Idem({ store, namespace: bank, lease, ...timesOf(lease), isRetryable })
    const desk = new Desk({ idem, driver }, teller, order, branch, log)
    return {
      async perform(times) {
        const call = (duplicate: Duplicate, nth: number) => desk.call(duplicate, nth)
        if (role.name === 'caller') {
          await callKeys({ idem, log, life: order.life }, duplicates, role, times, call)
        } else {
          await Promise.all(keys.map((plan, index) => desk.audit(plan, -1 - index)))
        }
      },
      close: () => branch.close(),
    }
  })
}

class Desk<Tx, Driver> {
  readonly #counter: Counter<Tx, Driver>
  readonly #teller: Teller<Tx, Driver>
  readonly #order: Order
  readonly #branch: Branch<Tx, Driver>
  readonly #log: EventLog
  readonly #random: Random

  constructor(
    counter: Counter<Tx, Driver>,
    teller: Teller<Tx, Driver>,
    order: Order,
    branch: Branch<Tx, Driver>,
    log: EventLog,
  ) {
    this.#counter = counter
    this.#teller = teller
    this.#order = order
    this.#branch = branch
    this.#log = log
    this.#random = new Random('failures', order.life)
  }

  /** Asks for a transfer once, and tells whether the answer is one that stays. */
  async call({ plan, id }: Pick<Duplicate, 'plan' | 'id'>, nth: number): Promise<boolean> {
    const { key } = plan
    const { life, workload } = this.#order
    const said = { key, call: `${life}/${id}/${nth}`, duplicate: id }
    this.#log.add({ type: 'called', ...said })
    let attempt = 0
    try {
      const receipt = await this.#teller(this.#counter, transferOf(plan, workload.seed), (tx, signs) => {
        attempt = signs.attempt
        return this.#move(tx, plan, signs)
      })
      const value = JSON.stringify(receipt)
      this.#log.add({ type: 'answered', ...said, value, attempt, replayed: attempt === 0 })
      return true
    } catch (error) {
      const failed = error instanceof OperationFailedError ? error : undefined
      const failure = failed && tellError(Object.assign(new Error(), failed.failure))
      this.#log.add({ type: 'refused', ...said, error: tellError(error), failure, attempt: failed?.attempt })
      return isForGood(error) || isForGood(failure)
    }
  }

  async audit(plan: KeyPlan, id: number): Promise<void> {
    for (let nth = 1; nth <= AUDIT_CALLS; nth++) if (await this.call({ plan, id }, nth)) return
  }

  async #move(tx: Tx, plan: KeyPlan, { attempt, fence }: Signs): Promise<Receipt> {
    const { key, workMs, failsForGood } = plan
    this.#log.add({ type: 'began', key, fence, attempt, takeover: false })
    try {
      const transfer = transferOf(plan, this.#order.workload.seed)
      const receipt = await this.#branch.move(tx, transfer, workMs / 40)
      const told = `${key} in ${this.#order.life}, fence ${fence}`
      if (failsForGood) throw new PlannedFailure(told, FOR_GOOD)
      if (this.#random.chance(FAILING_SHARE)) throw new PlannedFailure(told, 'MAY_RETRY')
      this.#log.add({ type: 'ended', key, fence, value: JSON.stringify(receipt) })
      return receipt
    } catch (error) {
      this.#log.add({ type: 'ended', key, fence, error: tellError(error) })
      throw error
    }
  }
}
