import type { Failure } from '@idem/core'
import { GatewayError } from '../gateway/gateway-error'

/** The payment was tried and failed. The message is for the client; the cause is for us. */
export class PaymentFailedError extends Error {
  override readonly name = 'PaymentFailedError'
  constructor(cause: unknown) {
    super(clientFailure(cause).message, { cause })
  }

  /** Whether the fault is ours, and so somebody should look at it. */
  get internal(): boolean {
    return !(this.cause instanceof GatewayError)
  }
}

/** There is no room for another payment, or for another client that waits. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
}

/** What a client may know of a failure, and so what is recorded of it: nothing of how the service works inside. */
export function clientFailure(error: unknown): Failure {
  return error instanceof GatewayError
    ? { name: error.name, message: error.message }
    : { name: 'InternalError', message: 'The payment failed inside the service' }
}
