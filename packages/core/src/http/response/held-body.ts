/** By this name the responses of `@hono/node-server` hold what will be sent: status, body and headers. */
const HELD = 'cache'

/**
 * The body of a response, where its server still holds it as the text that it was made of, or as none (`null`), and so will
 * send exactly that. To read it as a stream would cost more than all else that is done with it. `undefined` if nobody can
 * know it without reading.
 */
export function heldBody(response: Response): string | null | undefined {
  const symbol = Object.getOwnPropertySymbols(response).find(({ description }) => description === HELD)
  const held: unknown = symbol && Reflect.get(response, symbol)
  if (!Array.isArray(held) || held[0] !== response.status) return undefined
  const body: unknown = held[1]
  return typeof body === 'string' || body === null ? body : undefined
}
