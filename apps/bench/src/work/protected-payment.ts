import { Idem, type TransactionalStore } from '@idem/core'
import { PAYLOAD } from './answer'
import type { Library } from './library'

export interface ProtectedPaymentOptions {
  readonly name: string
  /** Whether calls come with a payload of 200 bytes, whose hash idem takes and keeps. */
  readonly fingerprint?: boolean | undefined
}

/** A store, and what pays in the transactions that idem opens on it. */
export interface Till<Tx> {
  readonly store: TransactionalStore<Tx>
  readonly pay: (tx: Tx) => Promise<void>
  readonly close: () => Promise<void>
}

/** The business in the transaction that idem opens, which commits the record with it. */
export function protectedPayment<Tx>(
  open: () => Promise<Till<Tx>>,
  { name, fingerprint }: ProtectedPaymentOptions,
): Library {
  const options = fingerprint ? { fingerprint: PAYLOAD } : {}
  return {
    name,
    async open() {
      const { store, pay, close } = await open()
      const idem = new Idem({ store })
      return {
        call: (key, handler) =>
          idem.transaction(
            key,
            async ({ tx }) => {
              await pay(tx)
              return handler()
            },
            options,
          ),
        close,
      }
    },
  }
}
