/**
 * Time that the processes of one machine agree on: its monotonic clock, counted from when the run began. It goes on while a
 * process is stopped, and nobody sets it.
 */
export class SharedClock {
  /** Nanoseconds; text, so that it can be told to another process. */
  readonly origin: string
  readonly #origin: bigint

  constructor(origin: string = process.hrtime.bigint().toString()) {
    this.origin = origin
    this.#origin = BigInt(origin)
  }

  /** Milliseconds, to the microsecond. */
  now(): number {
    return Number((process.hrtime.bigint() - this.#origin) / 1000n) / 1000
  }
}
