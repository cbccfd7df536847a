/** The code of failures that no other attempt follows. */
export const FOR_GOOD = 'FOR_GOOD'

/** What handlers throw because it was planned. */
export class PlannedFailure extends Error {
  override readonly name = 'PlannedFailure'

  constructor(
    message: string,
    readonly code: 'MAY_RETRY' | typeof FOR_GOOD,
  ) {
    super(message)
  }
}

export const isForGood = (error: unknown): boolean =>
  (error as { code?: unknown } | undefined)?.code === FOR_GOOD
