import type { Tally } from '../records/tally'

/** How looks are shown. */
export interface View {
  show(tally: Tally): Promise<void>
  /** The store did not answer. */
  silent(reason: string): Promise<void>
  /** Leaves the terminal as it was. */
  end(): Promise<void>
}
