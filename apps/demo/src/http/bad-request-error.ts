/** One thing that is wrong with a request. */
export interface Problem {
  readonly field: string
  readonly expected: string
  readonly got: string
}

/** The request cannot be understood. Thrown before anything is done or recorded. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError'
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ field, expected, got }) => `${field} must be ${expected}; got ${got}`).join('. '))
  }
}
