import type { Simulation } from './gateway'
import type { ChargeOrder } from './ledger'

/** What a process that has no gateway of its own asks the one that has. */
export type GatewayCall =
  | {
      readonly type: 'charge'
      readonly id: number
      readonly order: ChargeOrder
      readonly simulation: Simulation | undefined
    }
  /** The charge of that id is no longer wanted; it may have taken place. */
  | { readonly type: 'call-off'; readonly id: number }
  | { readonly type: 'statement'; readonly id: number; readonly token: string | undefined }

/** The answer to the call of that id. */
export type GatewayReply =
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  /** `refused`: by the gateway, which means its message for clients. Else something is wrong with it. */
  | { readonly type: 'failed'; readonly id: number; readonly refused: boolean; readonly message: string }
