import type { Failure } from '../errors'

/** What to do with a delivered message; every broker can carry it out. Branch on `action`. */
export type Decision = Acknowledge | Retry | Bury

/** The message is done with, and must not be delivered again. */
export interface Acknowledge {
  readonly action: 'ack'
  /**
   * `applied`: by this delivery, and the record says so. `duplicate`: it was before. `unsettled`: by this delivery, and
   * the store could not be told. `dead-lettered`: the option `deadLetter` has taken it.
   */
  readonly reason: 'applied' | 'duplicate' | 'unsettled' | 'dead-lettered'
}

/** The message is to be delivered again, and stays unacknowledged until then. */
export interface Retry {
  readonly action: 'retry'
  /** Not before that many milliseconds have passed. */
  readonly afterMs: number
  /**
   * `failed`: the handler, or the `deadLetter` function. `in-progress`: an attempt is, or may be, running. `stopped`: the
   * delivery's signal has aborted. `store-down`: nothing ran.
   */
  readonly reason: 'failed' | 'in-progress' | 'stopped' | 'store-down'
  readonly error: unknown
}

/** The message will not be applied by delivering it again: it goes to the dead letters, and is then acknowledged. */
export interface Bury extends DeadLetter {
  readonly action: 'dead-letter'
}

/** Why a message is dead. Plain JSON. */
export interface DeadLetter {
  /**
   * `attempts`: all of them failed. `final`: the error is none that a retry helps. `mismatch`: the key belongs to another
   * payload. `abandoned`: nobody knows how an attempt ended, and the policy allows no other. `unusable`: it has no usable
   * key, scope or fingerprint.
   */
  readonly reason: 'attempts' | 'final' | 'mismatch' | 'abandoned' | 'unusable'
  readonly failure: Failure
  /** The last attempt that was made, as the record counts; 0 if this message had none. */
  readonly attempt: number
}
