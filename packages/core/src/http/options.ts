import type { Idem } from '../idem'
import { type Duration, milliseconds } from '../options/duration'
import { encodeKey, type Key } from '../options/key'
import { onlyKnown } from '../options/only-known'
import type { AttemptContext, AttemptOptions } from '../options/options'
import { wholeNumber } from '../options/whole-number'
import { check, isFunctionOr } from './check'
import { DRAFT } from './problem/problem'
import { headerRule, type KeepsHeader } from './response/kept-headers'

type Awaitable<T> = T | Promise<T>

/** What of the engine can be said for the requests of a route: see `IdemOptions`. */
export type RouteOptions = Pick<
  AttemptOptions,
  | 'retention'
  | 'tombstone'
  | 'lease'
  | 'maxRunTime'
  | 'maxAttempts'
  | 'onStoreDown'
  | 'settleTimeout'
  | 'storeTimeout'
>

/** Finds out what became of a request whose attempt was abandoned: its answer, or `'rerun'`. */
export type ReconcileRequest = (ctx: AttemptContext) => Awaitable<{ readonly value: Response } | 'rerun'>

/** How requests are protected. `Source` is what the framework calls a request. */
export interface HttpOptions<Source> extends RouteOptions {
  /** What runs the requests, and keeps their answers. */
  readonly idem: Idem
  /**
   * Whose key it is: a user, a tenant. A key belongs to its scope, so that nobody is answered with another's answer.
   * `'public'` puts all callers into one: whoever knows a key gets its answer.
   */
  readonly scope: 'public' | ((source: Source) => Awaitable<Key>)
  /** Names the operation; part of the stored key. @defaultValue `'http'` */
  readonly name?: Key | undefined
  /**
   * Where the key comes from, if not from the header `Idempotency-Key`: a webhook's event id, a token in the body.
   * `undefined` and `''` are no key. Where it throws an `InvalidTokenError`, the request is refused with 401 or 403.
   */
  readonly key?: ((source: Source) => Awaitable<string | null | undefined>) | undefined
  /** Whether a key in the header must be a string as RFC 8941 has it, in quotes. @defaultValue `false` */
  readonly strict?: boolean | undefined
  /** Whether a request without a key is refused; else it runs unprotected. @defaultValue POST and PATCH */
  readonly required?: boolean | undefined
  /**
   * What makes two requests the same, in place of method, path, query, media type and body. `'only'`: there is no key, and
   * the same request of the same scope is the same operation, for as long as `retention`, by default `'1m'`, and without a
   * `tombstone` unless one is given here.
   */
  readonly fingerprint?: 'only' | ((source: Source) => unknown) | undefined
  /** Bodies of requests are compared byte by byte, or as JSON, up to this many bytes. @defaultValue 1 MiB */
  readonly maxRequestBytes?: number | undefined
  /** Bodies of answers are kept up to this many bytes; of larger ones, that they were sent. @defaultValue 1 MiB */
  readonly maxBodyBytes?: number | undefined
  /** Whether an answer is kept; if not, the same request may be tried again. @defaultValue below 500, but 408, 425 and 429 */
  readonly keeps?: ((status: number) => boolean) | undefined
  /** Headers to be replayed though they are of one response by nature: `'set-cookie'`, say. */
  readonly keepHeaders?: readonly string[] | undefined
  /** What follows when nobody knows how an attempt ended. @defaultValue what the `Idem` does */
  readonly onAbandoned?: 'rerun' | 'reject' | ReconcileRequest | undefined
  /** The longest that `Prefer: wait=N` makes a request wait for a running one; 0 for not at all. @defaultValue `'30s'` */
  readonly maxWait?: Duration | undefined
  /** When to come back, says a 409 or 503. @defaultValue `'1s'` */
  readonly retryAfter?: Duration | undefined
  /** Where your API's use of keys is described: problems link to it. @defaultValue the draft's URL */
  readonly docs?: string | undefined
}

/** The options complete and checked. */
export interface HttpSettings<Source> {
  readonly idem: Idem
  readonly scope: HttpOptions<Source>['scope']
  readonly name: Key
  readonly key: HttpOptions<Source>['key']
  readonly strict: boolean
  readonly required: boolean | undefined
  readonly fingerprint: HttpOptions<Source>['fingerprint']
  readonly maxRequestBytes: number
  readonly maxBodyBytes: number
  readonly keeps: (status: number) => boolean
  readonly keepsHeader: KeepsHeader
  readonly onAbandoned: HttpOptions<Source>['onAbandoned']
  readonly maxWaitMs: number
  readonly retryAfterMs: number
  readonly docs: string
  readonly route: RouteOptions
}

const duration =
  (min: number, unlimited: boolean) =>
  (option: string, value: Duration): unknown =>
    milliseconds(option, value, { min, unlimited })

/** What the engine will ask of each, asked before there is a request. */
const ROUTE: Record<keyof RouteOptions, (option: string, value: never) => unknown> = {
  retention: duration(1, true),
  tombstone: duration(0, true),
  lease: duration(1, false),
  maxRunTime: duration(1, true),
  settleTimeout: duration(1, false),
  storeTimeout: duration(1, false),
  maxAttempts: (option, value) => wholeNumber(option, value, true),
  onStoreDown: (option, value) => check(option, value, ['throw', 'run'].includes(value), "'throw' or 'run'"),
}

const OWN: readonly Exclude<keyof HttpOptions<unknown>, keyof RouteOptions>[] = [
  'idem',
  'scope',
  'name',
  'key',
  'strict',
  'required',
  'fingerprint',
  'maxRequestBytes',
  'maxBodyBytes',
  'keeps',
  'keepHeaders',
  'onAbandoned',
  'maxWait',
  'retryAfter',
  'docs',
]

/** The engine would ask it of each request, and refuse that for its key. */
function checkName(name: Key): void {
  try {
    encodeKey('name', name)
  } catch (error) {
    throw new TypeError((error as Error).message)
  }
}

const MEBIBYTE = 1_048_576
/** Below 500, these say that the request was not looked at, for reasons that pass. */
const PASSING = [408, 425, 429]

/** @throws TypeError that names the option that is wrong or unknown, and what it takes */
export function resolveHttpOptions<Source>(options: HttpOptions<Source>): HttpSettings<Source> {
  onlyKnown(options, [...OWN, ...Object.keys(ROUTE)])
  const { idem, scope, key, strict = false, required, fingerprint, onAbandoned, keepHeaders = [] } = options
  const { name = 'http', maxRequestBytes = MEBIBYTE, maxBodyBytes = MEBIBYTE, docs = DRAFT } = options
  const { maxWait = '30s', retryAfter = '1s' } = options
  const { keeps = (status: number) => status < 500 && !PASSING.includes(status) } = options
  check('idem', idem, typeof (idem as Idem | undefined)?.execute === 'function', 'an Idem')
  check('scope', scope, scope === 'public' || typeof scope === 'function', "a function, or 'public'")
  check('key', key, isFunctionOr(key, undefined), 'a function')
  check('fingerprint', fingerprint, isFunctionOr(fingerprint, undefined, 'only'), "a function, or 'only'")
  if (fingerprint === 'only' && key !== undefined) {
    throw new TypeError("key makes no sense where fingerprint is 'only': the request itself is the key")
  }
  if (fingerprint === 'only' && required === false) {
    throw new TypeError(
      "required must not be false where fingerprint is 'only': no request would be protected",
    )
  }
  checkName(name)
  check('strict', strict, typeof strict === 'boolean', 'true or false')
  check('required', required, required === undefined || typeof required === 'boolean', 'true or false')
  check('keeps', keeps, isFunctionOr(keeps), 'a function')
  const areNames = Array.isArray(keepHeaders) && keepHeaders.every((name) => typeof name === 'string')
  check('keepHeaders', keepHeaders, areNames, 'a list of names')
  check('docs', docs, typeof docs === 'string' && /^[!#-;=?-~]+$/.test(docs), 'a URL')
  check(
    'onAbandoned',
    onAbandoned,
    isFunctionOr(onAbandoned, undefined, 'rerun', 'reject'),
    "'rerun' or 'reject' or a function",
  )
  const route: Record<string, unknown> = fingerprint === 'only' ? { retention: '1m', tombstone: 0 } : {}
  for (const option of Object.keys(ROUTE) as (keyof RouteOptions)[]) {
    if (options[option] === undefined) continue
    ROUTE[option](option, options[option] as never)
    route[option] = options[option]
  }
  return {
    idem,
    scope,
    name,
    key,
    strict,
    required,
    fingerprint,
    maxRequestBytes: wholeNumber('maxRequestBytes', maxRequestBytes),
    maxBodyBytes: wholeNumber('maxBodyBytes', maxBodyBytes),
    keeps,
    keepsHeader: headerRule(keepHeaders),
    onAbandoned,
    maxWaitMs: milliseconds('maxWait', maxWait, { min: 0 }),
    retryAfterMs: milliseconds('retryAfter', retryAfter),
    docs,
    route,
  }
}
