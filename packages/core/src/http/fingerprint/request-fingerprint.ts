import type { Exchange, RequestBody } from '../exchange'
import { hashOf } from './byte-hash'
import { canonicalForm, canonicalJson } from './canonical-json'
import { mediaType } from './media-type'

/**
 * What makes two requests the same: method, path and query, media type and body. JSON counts as what it says, not as how
 * it is written; everything else byte by byte. No header counts that changes between two sendings: a bearer token, say.
 *
 * Of a body that is longer than what was read, this is its beginning, its length and its `Content-Digest` as far as the
 * client declares them; the rest is compared when there is an answer to replay.
 *
 * @throws TooDeep if a parser made something of the body that is nested too deeply to be compared
 * @throws TypeError if nothing is known of the body, or what a parser made of it cannot be told from something else
 */
export function requestFingerprint(exchange: Exchange<unknown>, body: RequestBody): readonly string[] {
  const type = mediaType(exchange.header('content-type'))
  const coding = exchange.header('content-encoding') ?? ''
  const head = [exchange.method, exchange.target, type.shown, coding]
  if ('parsed' in body) {
    if (body.parsed === undefined)
      throw new TypeError('the body was read before idempotency(), and nothing is left of it')
    return [...head, canonicalForm(body.parsed)]
  }
  const { bytes, rest } = body
  if (rest !== undefined) {
    const length = exchange.header('content-length') ?? ''
    return [...head, hashOf(bytes, type.boundary), length, exchange.header('content-digest') ?? '']
  }
  const json = type.isJson && coding === '' ? jsonOf(bytes) : undefined
  return [...head, json ?? hashOf(bytes, type.boundary)]
}

/** Each text at once: it keeps nothing from one to the next. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

function jsonOf(bytes: Uint8Array): string | undefined {
  try {
    return canonicalJson(utf8.decode(bytes))
  } catch {
    return undefined
  }
}
