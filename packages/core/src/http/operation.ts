import { sha256 } from '#sha256'
import { encodeKey, type Key } from '../options/key'
import type { Exchange } from './exchange'
import { DEEPEST, TooDeep } from './fingerprint/canonical-json'
import { requestFingerprint } from './fingerprint/request-fingerprint'
import { parseKey } from './key/parse-key'
import type { HttpSettings } from './options'
import { preferredWait } from './prefer'
import { problemOfToken } from './problem/problem-of-token'
import { keyMalformed, keyMissing, problemOn } from './problem/problems'
import type { RestOfBody } from './request/rest-of-body'
import type { Answer } from './response/answer'

/** They change nothing, so they are repeated freely (RFC 9110, 9.2.1; QUERY is to be one of them). */
const SAFE = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']
/** Repeated, these do more than once what they do. */
const NEEDS_KEY = ['POST', 'PATCH']

/** A request that is to be protected. */
export interface Operation {
  readonly key: string
  /** Missing: that of the public. */
  readonly scope: Key | undefined
  readonly payload: unknown
  /** What the payload could not cover. */
  readonly rest: RestOfBody | undefined
  /** How long the client is ready to wait for a running request. */
  readonly waitMs: number
}

/**
 * What a request asks for: to be protected, under a key; to be refused; or nothing.
 *
 * @throws what the functions among the options throw, but `key` an `InvalidTokenError`; `InvalidKeyError` if `scope` gives
 * no key
 */
export async function operationOf<Source>(
  exchange: Exchange<Source>,
  settings: HttpSettings<Source>,
): Promise<Operation | Answer | 'unprotected'> {
  const { key: keyOf, fingerprint, maxRequestBytes, maxWaitMs } = settings
  const { method } = exchange
  if (SAFE.includes(method)) return 'unprotected'
  const isRequired = settings.required ?? NEEDS_KEY.includes(method)
  if (fingerprint === 'only' && !isRequired) return 'unprotected'

  let key: string | undefined
  if (fingerprint !== 'only' && keyOf === undefined) {
    const header = exchange.header('idempotency-key')
    if (header === undefined) return isRequired ? keyMissing(settings) : 'unprotected'
    key = parseKey(header, settings.strict)
    if (key === undefined) return keyMalformed(settings)
  }

  // Before any of the functions is asked: each of them may want it.
  const body = await exchange.body(maxRequestBytes)
  // A scope that comes to nothing must not be taken for none: keys of all users would meet.
  const scope = settings.scope === 'public' ? undefined : ((await settings.scope(exchange.source)) ?? '')
  if (scope !== undefined) encodeKey('scope', scope)

  if (keyOf !== undefined) {
    try {
      key = (await keyOf(exchange.source)) || undefined
    } catch (error) {
      const refusal = problemOfToken(error)
      if (refusal === undefined) throw error
      return problemOn(settings, refusal)
    }
    if (key === undefined) return isRequired ? keyMissing(settings) : 'unprotected'
  }

  // Whoever brings a fingerprint says what counts, of the rest as well.
  const rest = typeof fingerprint !== 'function' && 'rest' in body ? body.rest : undefined
  let payload: unknown
  try {
    payload =
      typeof fingerprint === 'function'
        ? await fingerprint(exchange.source)
        : requestFingerprint(exchange, body)
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error
    return problemOn(settings, 'body-too-large', `At most ${DEEPEST} levels can be compared.`)
  }
  if (payload === undefined) throw new TypeError('fingerprint() must give a payload; got undefined')
  const waitMs = Math.min(preferredWait(exchange.header('prefer')) * 1000, maxWaitMs)
  if (key !== undefined) return { key, scope, payload, rest, waitMs }
  if (rest === undefined)
    return { key: sha256(JSON.stringify(payload)), scope, payload: undefined, rest, waitMs }
  return problemOn(settings, 'body-too-large', `At most ${maxRequestBytes} bytes can be compared.`)
}
