import type { Idem, LockStore } from '@idem/core'
import type { Gateway } from '../gateway/gateway'
import type { Route } from '../http/route'
import type { Publisher } from '../queue/publisher'
import type { Tables } from '../stores/table'

/** What the scenarios of the shop share. Each of them is one file beside this one. */
export interface Shop {
  /** For all that is to be done once: of the shop, and not of the payment service. */
  readonly idem: Idem
  /** The shop's own data, in the same server as the records. */
  readonly tables: Tables
  readonly locks: LockStore
  readonly gateway: Gateway
  readonly publisher: Publisher
}

/** A part of the shop: what it answers, and what it does all the time. */
export interface Scenario {
  readonly routes: readonly Route[]
  /** Ends what it does all the time. */
  stop?(): Promise<void>
}
