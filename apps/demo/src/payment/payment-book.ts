import type { Receipt } from './charge-card'

/** The payments that were made, as the rest of the company reads them: what is entered here is shipped and accounted for. */
export interface PaymentBook {
  /**
   * Enters a payment that is charged, once: entered again under its token, the first entry stays, and its receipt is the
   * answer.
   *
   * @throws StoreError if it cannot be entered now, or nobody knows whether it was: then enter it again
   */
  enter(token: string, receipt: Receipt): Promise<Receipt>
  /** The entries of one token or, without one, of all. @throws StoreError */
  read(token?: string): Promise<BookPage>
}

export interface BookPage {
  readonly count: number
  /** The newest of them, the newest first. */
  readonly entries: readonly BookEntry[]
}

export interface BookEntry extends Receipt {
  readonly token: string
  readonly paidAt: Date
}
