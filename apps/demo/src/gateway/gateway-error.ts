/** The gateway refused, or did not answer. Its message is fit for clients. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
}
