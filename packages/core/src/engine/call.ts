import type { FinalAnswer } from '../contracts/record-cache'
import type { Store } from '../contracts/store'
import { InProgressError } from '../errors'
import type { EventOrigin, IdemEvent } from '../observer'
import type { AttemptContext } from '../options/options'
import type { Settings } from '../options/settings'
import type { Runtime } from '../runtime'
import { type Outcome, refused } from './outcome'
import type { StoreCalls } from './store-calls'

export type Handler = (ctx: AttemptContext) => unknown

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** What a leading call brings to its flight, and what it needs of the engine. */
export interface Call<S extends Store = Store> {
  /** The stored key. */
  readonly key: string
  readonly fingerprint: string | undefined
  readonly settings: Settings
  readonly store: S
  readonly calls: StoreCalls
  readonly runtime: Runtime
  readonly emit: (event: DistributiveOmit<IdemEvent, keyof EventOrigin>) => void
  /** Offers an answer to the local cache. */
  readonly remember: (answer: FinalAnswer) => void
  /** From here on new callers begin a flight of their own. */
  readonly retire: () => void
}

/** The outcome that nobody is left to get. */
export function desert(call: Call): Outcome {
  call.retire()
  return refused(() => new InProgressError(`${call.key} is running`, 0))
}
