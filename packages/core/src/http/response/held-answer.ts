import { type CapturedAnswer, type HeaderList, headerList, isSendable } from './answer'

/** By this name the responses of `@hono/node-server` hold what will be sent: status, body and headers. */
const HELD = 'cache'

/**
 * The answer of a handler, where its server still holds it as the text that it was made of, or as none, and so will send
 * exactly that. To read it as a stream would cost more than all else that is done with it. `undefined` if nobody can know it
 * without reading.
 */
export function heldAnswer(response: Response, maxBytes: number): CapturedAnswer | undefined {
  const held = heldBy(response)
  if (!Array.isArray(held)) return wasSent(response) ? answerUnseen(response) : undefined
  const [status, body, headers] = held as unknown[]
  const isHeld = status === response.status && (typeof body === 'string' || body === null)
  if (!isHeld || !isSendable(status)) return undefined
  if (body === null && wasSent(response)) return answerUnseen(response)
  return {
    status,
    headers: plainHeaders(headers) ?? headerList(response.headers),
    body: body === null || hasAtMost(maxBytes, body) ? (body ?? '') : undefined,
  }
}

/** By this header a handler says that it has answered on the connection itself: what, nobody has seen. */
const wasSent = ({ headers }: Response): boolean => headers.has('x-hono-already-sent')

const answerUnseen = ({ status }: Response): CapturedAnswer => ({ status, headers: [], body: undefined })

/** A server has one such symbol. */
let symbol: symbol | undefined

function heldBy(response: Response): unknown {
  if (symbol === undefined || !Object.hasOwn(response, symbol)) {
    symbol = Object.getOwnPropertySymbols(response).find(({ description }) => description === HELD)
  }
  return symbol && Reflect.get(response, symbol)
}

/** These mean to a server what they mean to `Headers`. */
const NAME = /^[\w-]+$/
const VALUE = /^[!-~](?:[ -~]*[!-~])?$/

/**
 * Headers that are still the object which they were given as: to make `Headers` of it costs as much as to send them. Where no
 * type is among them the server may add one, depending on that.
 */
function plainHeaders(given: unknown): HeaderList | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  if (Object.getPrototypeOf(given) !== Object.prototype) return undefined
  const headers: [string, string][] = []
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string' || !NAME.test(name) || !VALUE.test(value)) return undefined
    headers.push([name, value])
  }
  return headers.some(([name]) => name.toLowerCase() === 'content-type') ? headers : undefined
}

/** No character takes more than three bytes of UTF-8. */
function hasAtMost(maxBytes: number, text: string): boolean {
  return text.length * 3 <= maxBytes || new TextEncoder().encode(text).length <= maxBytes
}
