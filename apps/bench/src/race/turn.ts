export interface TurnLength {
  /** How many operations are under way at any moment. */
  readonly inFlight: number
  readonly turnMs: number
  /** How many operations are made between two looks at the clock, where a look costs as much as an operation. */
  readonly callsPerLook: number
}

/**
 * Operations a second: keeps `inFlight` of them under way until the time is over, then waits for the last.
 *
 * @throws what an operation throws: a contestant that fails is not slow, it is wrong
 */
export async function turn(
  operation: () => Promise<unknown>,
  { inFlight, turnMs, callsPerLook }: TurnLength,
): Promise<number> {
  let done = 0
  let failed = false
  const startedAt = performance.now()
  const deadline = startedAt + turnMs

  async function lane(): Promise<void> {
    try {
      while (!failed && performance.now() < deadline) {
        for (let made = 0; made < callsPerLook; made++) await operation()
        done += callsPerLook
      }
    } catch (error) {
      failed = true
      throw error
    }
  }

  const lanes = await Promise.allSettled(Array.from({ length: inFlight }, lane))
  const failure = lanes.find((lane) => lane.status === 'rejected')
  if (failure) throw failure.reason
  return done / ((performance.now() - startedAt) / 1000)
}
