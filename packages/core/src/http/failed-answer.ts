import type { StoredAnswer } from './response/stored-answer'

/** How the engine is told of an answer that is not to be kept: as a failure, whose `details` are the answer. */
export class FailedAnswer extends Error {
  override readonly name = 'FailedAnswer'
  readonly code: number
  constructor(readonly details: StoredAnswer) {
    super(`answered ${details.status}`)
    this.code = details.status
  }
}
