import { pairId, pairPrefix } from '../stores/pair-id'
import type { Table, Tables } from '../stores/table'
import { changeRow } from './optimistic'

/** A row of the ledger: there is one for each order, for good. */
export interface PointsEntry {
  readonly user: string
  readonly order: string
  readonly points: number
  readonly at: string
}

export interface Statement {
  readonly balance: number
  readonly count: number
  /** The newest ones first. */
  readonly entries: readonly PointsEntry[]
}

const SHOWN = 100
const PAGE = 1000

/** The points service: a ledger of loyalty points, which can be told to be out of order. */
export class Points {
  readonly #ledger: Table<PointsEntry>
  /** One row: what is told to one process, all go by. */
  readonly #service: Table<{ readonly isDown: boolean }>

  constructor(tables: Tables) {
    this.#ledger = tables('points')
    this.#service = tables('points-service')
  }

  /**
   * Enters the points of an order. That they are entered already is no error: whoever died after it comes again.
   *
   * @throws Error while the service is down
   */
  async book(user: string, order: string, points: number): Promise<void> {
    if ((await this.#service.get('state'))?.row.isDown) throw new Error('The points service is down')
    // No balance is kept beside it, which could be changed twice, or not at all: the entries are the balance.
    await this.#ledger.insert(pairId(user, order), { user, order, points, at: new Date().toISOString() })
  }

  async turn(isDown: boolean): Promise<void> {
    await changeRow(this.#service, 'state', (row) => (row?.isDown === isDown ? undefined : { isDown }))
  }

  async statement(user: string): Promise<Statement> {
    const all: PointsEntry[] = []
    const prefix = pairPrefix(user)
    for (let after = ''; ; ) {
      const page = await this.#ledger.list({ prefix, after, limit: PAGE })
      all.push(...page.map(({ row }) => row))
      if (page.length < PAGE) break
      after = page.at(-1)?.id ?? ''
    }
    all.sort((one, other) => other.at.localeCompare(one.at))
    const balance = all.reduce((sum, { points }) => sum + points, 0)
    return { balance, count: all.length, entries: all.slice(0, SHOWN) }
  }
}
