import { type ErrorCodec, OperationFailedError } from '@idem/core'
import { BusyError } from '../payment/payment-errors'

/**
 * The shop says no: to what is not there, or is there no more. Nothing was done, and nothing is wrong with the service. Its
 * message is fit for clients.
 */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  /** @param code - the status that it is answered with; it is kept in records, as codes of errors are */
  constructor(
    readonly code: 404 | 409,
    message: string,
  ) {
    super(message)
  }
}

/** Whoever asked for the same meanwhile is told the same, in the same words. */
export const refusals: ErrorCodec = {
  decode: (failure, attempt) => {
    const { name, code, message } = failure
    if (name === 'RefusedError' && (code === 404 || code === 409)) return new RefusedError(code, message)
    if (name === 'BusyError') return new BusyError(message)
    return new OperationFailedError(failure, attempt)
  },
}
