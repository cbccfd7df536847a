import type { BrokenStore } from './broken-store'

/** An adapter for the web with one guard removed. */
export interface BrokenWebAdapter extends BrokenStore {
  /** The part of the suite that is to notice. */
  readonly about: string
}

type Broken = Omit<BrokenWebAdapter, 'about'>

const http = (path: string, name: string, find: string, replace: string): Broken => ({
  name,
  file: `packages/core/src/http/${path}`,
  find,
  replace,
})

const about = (part: string, broken: readonly Broken[]): BrokenWebAdapter[] =>
  broken.map((each) => ({ ...each, about: part }))

export const brokenWebAdapters: readonly BrokenWebAdapter[] = [
  ...about('the key', [
    http('operation.ts', 'protects safe methods too', "if (SAFE.includes(method)) return 'unprotected'", ''),
    http(
      'operation.ts',
      'takes DELETE for a method that changes nothing',
      "'OPTIONS', ",
      "'OPTIONS', 'DELETE', ",
    ),
    http('operation.ts', 'needs no key on PATCH', "['POST', 'PATCH']", "['POST']"),
    http(
      'operation.ts',
      'runs unprotected when the key is malformed',
      'if (key === undefined) return keyMalformed(settings)',
      "if (key === undefined) return 'unprotected'",
    ),
    http(
      'operation.ts',
      'ignores what the route says of missing keys',
      'settings.required ?? NEEDS_KEY',
      'NEEDS_KEY',
    ),
    http(
      'operation.ts',
      'gives no other key to functions',
      '(await keyOf(exchange.source)) || undefined',
      "exchange.header('idempotency-key')",
    ),
    http(
      'operation.ts',
      'fails where a token is not good',
      'if (refusal === undefined) throw error',
      'throw error',
    ),
    http(
      'operation.ts',
      'runs unprotected where a token is not good',
      'return problemOn(settings, refusal)',
      "return 'unprotected'",
    ),
    http('problem/problem-of-token.ts', 'tells nobody what is wrong with a token', 'isKnown ?', '!reason ?'),
    http('problem/problem.ts', 'refuses without a challenge', 'status === 401', 'status === 0'),
    http(
      'operation.ts',
      'takes requests for one another that it has not read to the end',
      'if (rest === undefined)\n',
      'if (body !== undefined)\n',
    ),
    http('key/parse-key.ts', 'is always strict', '!strict && BARE', 'BARE.length < 0 && BARE'),
    http('key/parse-key.ts', 'is never strict', '!strict && BARE', 'BARE'),
    http('key/parse-key.ts', 'takes lists for keys', '[!#-+\\--~]', '[!#-~]'),
    http('key/parse-key.ts', 'takes blanks for keys', '/^[!#-+', '/^[ !#-+'),
    http('key/parse-key.ts', 'does not unescape strings', ".replace(/\\\\(.)/g, '$1')", ''),
    http('key/parse-key.ts', 'knows no parameters', 'PARAMETERS.test(parameters)', "parameters === ''"),
    http(
      'key/parse-key.ts',
      'ignores what follows a string',
      'PARAMETERS.test(parameters)',
      'PARAMETERS.flags !== undefined',
    ),
    http(
      'key/parse-key.ts',
      'takes 254 characters at most',
      'const MAX_LENGTH = 255',
      'const MAX_LENGTH = 254',
    ),
  ]),
  ...about('the payload', [
    http(
      'fingerprint/request-fingerprint.ts',
      'leaves the query out',
      'exchange.target,',
      "exchange.target.split('?')[0],",
    ),
    http('fingerprint/request-fingerprint.ts', 'leaves the method out', '[exchange.method, ', '['),
    http('fingerprint/request-fingerprint.ts', 'leaves the media type out', 'type.shown, ', ''),
    http(
      'fingerprint/request-fingerprint.ts',
      'compares JSON byte by byte',
      "type.isJson && coding === ''",
      'false',
    ),
    http(
      'fingerprint/request-fingerprint.ts',
      'compares no body',
      '[...head, json ?? hashOf(bytes, type.boundary)]',
      'head',
    ),
    http(
      'fingerprint/request-fingerprint.ts',
      'compares no bytes',
      'json ?? hashOf(bytes, type.boundary)',
      "json ?? ''",
    ),
    http(
      'fingerprint/request-fingerprint.ts',
      'takes a boundary for content',
      'json ?? hashOf(bytes, type.boundary)',
      'json ?? hashOf(bytes)',
    ),
    http(
      'fingerprint/media-type.ts',
      'takes the charset for content',
      "['charset', 'boundary']",
      "['boundary']",
    ),
    http(
      'fingerprint/media-type.ts',
      'tells upper case from lower in media types',
      'header.toLowerCase().split',
      'header.split',
    ),
    http(
      'fingerprint/canonical-json.ts',
      'rounds numbers',
      'if (!MAYBE_INEXACT.test(text)) return',
      'if (text) return',
    ),
    http(
      'fingerprint/canonical-json.ts',
      'takes numbers for strings',
      "token.startsWith('\"') || isExact(token)",
      "token.startsWith('\"')",
    ),
    http(
      'fingerprint/canonical-json.ts',
      'sorts lists',
      'canonicalForm(item, next)).join()',
      'canonicalForm(item, next)).sort().join()',
    ),
    http('fingerprint/canonical-json.ts', 'does not sort properties', 'names.sort()', 'names'),
    http('protection.ts', 'compares no payload', 'fingerprint: payload,', 'fingerprint: undefined,'),
  ]),
  ...about('a stream', [
    http(
      'protection.ts',
      'compares large requests by their beginning',
      'if (isOther) return',
      'if (isOther && 0) return',
    ),
    http(
      'request/rest-of-body.ts',
      'compares large requests by their size',
      '&& this.part().hash === other.hash',
      '',
    ),
    http(
      'request/rest-of-body.ts',
      'compares more than was read',
      'piece?.subarray(0, other.bytes - this.#bytes)',
      'piece',
    ),
    http(
      'request/web-body.ts',
      'hands on large requests without their beginning',
      'let first: Uint8Array | undefined = head',
      'let first: Uint8Array | undefined = new Uint8Array(1)',
    ),
    http(
      'request/web-body.ts',
      'reads large requests ahead of the handler',
      '{ highWaterMark: 0 }',
      '{ highWaterMark: 1e9 }',
    ),
    http(
      'response/body-recorder.ts',
      'keeps what came last',
      'this.#buffer.set(bytes, this.#size)',
      'this.#buffer.set(bytes, 0)',
    ),
    http(
      'response/web-reply.ts',
      'ends streams before the record is settled',
      'if (done) return\n',
      'if (done) {\n        this.#controller?.close()\n        this.#clientLeft = true\n        return\n      }\n',
    ),
    http(
      'response/web-reply.ts',
      'sends nothing before it has everything',
      "return first !== 'later'",
      'await this.#recorded\n    return true',
    ),
    http(
      'response/web-reply.ts',
      'reads as fast as it can',
      'if (!this.#isWhole) await this.#untilWanted()',
      '',
    ),
    http(
      'response/web-reply.ts',
      'stops reading when the client leaves',
      'this.#early = undefined\n    this.#wake?.()',
      'this.#early = undefined',
    ),
    http(
      'response/web-reply.ts',
      'sends what a client takes for the whole answer before it is recorded',
      'if (this.#isWhole) this.#tail.push(piece)',
      'if (0) return',
    ),
    http(
      'protection.ts',
      'keeps the refusal of a request that was cut off',
      'if (exchange.wasCutOff && answer',
      'if (0 && answer',
    ),
    http(
      'response/web-reply.ts',
      'takes a body that breaks off for a whole one',
      'await this.#recorded\n    const',
      'await this.#recorded.catch(() => {})\n    const',
    ),
  ]),
  ...about('the scope', [
    http('protection.ts', 'knows no scope', '      scope,\n', ''),
    http('operation.ts', 'takes no scope for the public', "?? '')", '?? undefined)'),
    http(
      'response/kept-headers.ts',
      'stores credentials that a route asks for',
      'left.add(name)',
      'left.has(name)',
    ),
  ]),
  ...about('the answer', [
    http('response/stored-answer.ts', 'takes all bodies for text', 'fatal: true', 'fatal: false'),
    http('response/stored-answer.ts', 'drops byte order marks', ', ignoreBOM: true', ''),
    http(
      'response/stored-answer.ts',
      'replays no body',
      'new TextAnswer(status, replayed, text)',
      "new TextAnswer(status, replayed, '')",
    ),
    http(
      'response/stored-answer.ts',
      'takes an empty body for none',
      'text === undefined && base64',
      '!text && base64',
    ),
    http(
      'response/stored-answer.ts',
      'does not say that it replays',
      "[...headers, ['idempotency-replayed', 'true']]",
      'headers',
    ),
    http('response/stored-answer.ts', 'keeps no headers', 'keptHeaders(headers, keeps)', '[]'),
    http('response/kept-headers.ts', 'replays cookies', 'set-cookie ', ''),
    http('response/kept-headers.ts', 'never replays cookies', '.filter((name) => !asked.has(name))', ''),
    http('response/kept-headers.ts', 'replays what counts requests', '!name.startsWith', 'name.startsWith'),
    http('response/kept-headers.ts', 'replays what traces requests', 'traceparent ', ''),
    http(
      'response/answer.ts',
      'collapses cookies',
      'headers.forEach((value, name) => {',
      'new Map(headers).forEach((value, name) => {',
    ),
    http('options.ts', 'keeps server errors', 'status < 500 && ', ''),
    http('options.ts', 'keeps what passes', '[408, 425, 429]', '[408, 425]'),
    http('options.ts', 'keeps successes only', 'status < 500', 'status < 300'),
    http(
      'protection.ts',
      'keeps what the route would not',
      'if (!keeps(answer.status))',
      'if (answer.status >= 500)',
    ),
    http(
      'protection.ts',
      'takes its own failures for errors',
      'if (error instanceof FailedAnswer) return undefined',
      '',
    ),
    http('protection.ts', 'does not share answers that failed', '(failure?.details ?? details)', 'undefined'),
    http(
      'response/body-recorder.ts',
      'keeps bodies of any size',
      'if (size > this.#maxBytes)',
      'if (size < 0)',
    ),
    http(
      'response/body-recorder.ts',
      'keeps one byte less',
      'size > this.#maxBytes',
      'size >= this.#maxBytes',
    ),
  ]),
  ...about('a request that is still at work', [
    http('protection.ts', 'lets everybody wait', "onInProgress: 'reject',", ''),
    http('protection.ts', 'lets nobody wait', 'waitMs > 0 ? {', 'waitMs > 1e9 ? {'),
    http('operation.ts', 'lets clients wait as long as they like', ', maxWaitMs)\n', ', 1e9)\n'),
    http(
      'problem/problems.ts',
      'does not say when to come back',
      'PASSING.includes(name) ? retryAfterMs : undefined',
      'undefined',
    ),
  ]),
  ...about('the store', [
    http(
      'protection.ts',
      'says nothing of work that it could not record',
      "if (own !== undefined && codeOf(error) === 'UNSETTLED') return undefined",
      '',
    ),
    http(
      'problem/problem-of-error.ts',
      'has no word for a store that is down',
      "  STORE: 'store-unavailable',\n",
      '',
    ),
  ]),
  ...about('the context', [
    http('unprotected-context.ts', 'runs no steps where nothing is recorded', '=> run()', '=> _name as T'),
  ]),
]
