import { parseKey } from '@idem/core/http'
import { InvalidTokenError } from './invalid-token-error'

/** What adapters hand to the functions among their options, as far as headers can be had from it. */
export type HeaderSource =
  /** A web `Request`. */
  | { readonly headers: { get(name: string): string | null } }
  /** Hono's context. */
  | { readonly req: { header(name: string): string | undefined } }
  /** A request of Express, or of Node. */
  | { readonly headers: { readonly [name: string]: string | readonly string[] | undefined } }

/**
 * The token in the header `Idempotency-Key`, in quotes or without; `undefined` where there is no such header.
 *
 * @throws InvalidTokenError if it holds several, or nothing that could be one
 * @throws TypeError if the source has no headers
 */
export function tokenInHeader(source: HeaderSource, maxLength: number): string | undefined {
  const header = headerOf(source, 'idempotency-key')
  if (header === undefined) return undefined
  const token = parseKey(header, false, maxLength)
  if (token === undefined) throw new InvalidTokenError('malformed')
  return token
}

function headerOf(source: HeaderSource, name: string): string | undefined {
  const { req, headers } = Object(source) as {
    readonly req?: { header?(name: string): string | undefined }
    readonly headers?: { get?(name: string): string | null } & Record<
      string,
      string | readonly string[] | undefined
    >
  }
  if (typeof req?.header === 'function') return req.header(name)
  if (typeof headers?.get === 'function') return headers.get(name) ?? undefined
  if (headers === undefined) throw new TypeError('token must be given, for requests that show no headers')
  return headers[name] === undefined ? undefined : String(headers[name])
}
