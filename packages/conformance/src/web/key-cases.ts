import { equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { webCase } from './web-case'
import { isFirst, isProblem, isReplay, ran } from './web-expectations'
import { bodyOf, JSON_TYPE, ORDER, text, type WebScene } from './web-scene'

const MALFORMED = [
  ['empty', ''],
  ['an empty string', '""'],
  ['a string that does not end', '"abc'],
  ['a string that ends twice', '"abc"d"'],
  ['an escape of what needs none', '"a\\b"'],
  ['a list', '"a", "b"'],
  ['a bare list', 'a,b'],
  ['bare with a blank', 'a b'],
  ['a string with bytes beyond ASCII', '"caf\u00e9"'],
  ['bare with bytes beyond ASCII', 'caf\u00e9'],
  ['256 characters long', `"${'k'.repeat(256)}"`],
  ['followed by more than parameters', '"a" b'],
] as const

const FAULTS_OF_TOKENS = [
  ['forged', 401, 'token-invalid'],
  ['expired', 401, 'token-expired'],
  ['other-subject', 403, 'token-other-subject'],
  ['other-operation', 403, 'token-other-operation'],
] as const

const UUID = '8e03978e-40d5-43e8-bc93-6894a57f9324'

/** `Idempotency-Key`, or what stands for it. */
export const keyCases: CaseGroup<WebScene> = {
  about: 'the key',
  cases: [
    ...['POST', 'PATCH'].map((method) =>
      webCase(
        `is missed on ${method}: a 400 that says where to read on, and nothing runs`,
        {},
        async (site) => {
          isProblem(await site.ask({ method }), 400, 'key-missing')
          ran(site, 0)
          equal(site.records.told.length, 0)
        },
      ),
    ),
    ...MALFORMED.map(([what, key]) =>
      webCase(`is refused when it is ${what}, and nothing runs`, {}, async (site) => {
        isProblem(await site.ask({ key }), 400, 'key-malformed')
        ran(site, 0)
        equal(site.records.told.length, 0)
      }),
    ),
    webCase('is refused when there are two of it', {}, async (site) => {
      const headers = [JSON_TYPE, ['Idempotency-Key', '"b"']] as const
      isProblem(await site.ask({ key: '"a"', headers }), 400, 'key-malformed')
      ran(site, 0)
    }),
    webCase('is the same with quotes and without', {}, async (site) => {
      const first = await site.ask({ key: `"${UUID}"` })
      isReplay(first, await site.ask({ key: UUID }))
      ran(site, 1)
    }),
    webCase('is the same whatever parameters follow it', {}, async (site) => {
      const first = await site.ask({ key: '"a"' })
      isReplay(first, await site.ask({ key: '"a";v=1;b="x";c' }))
      isReplay(first, await site.ask({ key: '"a"; v=?1' }))
      ran(site, 1)
    }),
    webCase('may hold any printable ASCII, quotes and backslashes escaped', {}, async (site) => {
      const first = await site.ask({ key: '"a \\"b\\", \\\\c"' })
      isReplay(first, await site.ask({ key: '"a \\"b\\", \\\\c"' }))
      isFirst(await site.ask({ key: '"a b, c"' }), 2)
      isReplay(await site.ask({ key: '"a\\\\b"' }), await site.ask({ key: 'a\\b' }))
    }),
    webCase('may have 255 characters', {}, async (site) => {
      isFirst(await site.ask({ key: `"${'k'.repeat(255)}"` }), 1)
    }),
    webCase('needs its quotes where the server is strict', { options: { strict: true } }, async (site) => {
      isProblem(await site.ask({ key: UUID }), 400, 'key-malformed')
      isFirst(await site.ask({ key: `"${UUID}"` }), 1)
    }),
    webCase('is of no account for safe methods, which run each time', {}, async (site) => {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const before = site.runs
        for (let times = 0; times < 2; times++) equal((await site.ask({ method, key: '"a"' })).status, 200)
        ran(site, before + 2)
      }
      equal(site.records.told.length, 0)
    }),
    ...['PUT', 'DELETE'].map((method) =>
      webCase(`may be missing on ${method}, and counts when it is sent`, {}, async (site) => {
        isFirst(await site.ask({ method }), 1)
        isFirst(await site.ask({ method }), 2)
        const first = await site.ask({ method, key: '"a"' })
        isReplay(first, await site.ask({ method, key: '"a"' }))
        ran(site, 3)
      }),
    ),
    webCase('may be missing where the route says so', { options: { required: false } }, async (site) => {
      isFirst(await site.ask(), 1)
      isFirst(await site.ask(), 2)
      isReplay(await site.ask({ key: '"a"' }), await site.ask({ key: '"a"' }))
      ran(site, 3)
    }),
    webCase('may be missed on PUT where the route says so', { options: { required: true } }, async (site) => {
      isProblem(await site.ask({ method: 'PUT' }), 400, 'key-missing')
      isFirst(await site.ask({ method: 'GET' }), 1)
    }),
    webCase('cannot be switched off by another header', {}, async (site) => {
      const first = await site.ask({ key: '"a"' })
      for (const header of [
        ['X-HTTP-Method-Override', 'GET'],
        ['Cache-Control', 'no-cache'],
        ['X-Idempotency-Key', '"b"'],
        ['Idempotency-Replayed', 'false'],
        ['Prefer', 'respond-async'],
      ] as const) {
        isReplay(first, await site.ask({ key: '"a"', headers: [JSON_TYPE, header] }))
      }
      ran(site, 1)
    }),
    webCase(
      'may come from another header',
      { reading: (read) => ({ key: (source) => read.header(source, 'x-request-id') }) },
      async (site) => {
        const headers = [JSON_TYPE, ['X-Request-Id', 'r1']] as const
        isReplay(await site.ask({ headers }), await site.ask({ headers }))
        isProblem(await site.ask({ key: '"a"' }), 400, 'key-missing')
        isProblem(await site.ask({ headers: [['X-Request-Id', 'k'.repeat(256)]] }), 400, 'key-malformed')
        ran(site, 1)
      },
    ),
    webCase(
      'may come from the body, which the handler still gets',
      {
        reading: (read) => ({ key: async (source) => JSON.parse(await read.text(source)).event }),
        reply: async (run, call) => text(200, `run ${run} of ${await bodyOf(call)}`),
      },
      async (site) => {
        const body = '{"event":"e1"}'
        const first = await site.ask({ body })
        equal(first.text, `run 1 of ${body}`)
        isReplay(first, await site.ask({ body }))
        isProblem(await site.ask({ body: '{}' }), 400, 'key-missing')
        isProblem(await site.ask({ body: '{"event":"e1","amount":2}' }), 422, 'key-reused')
        ran(site, 1)
      },
    ),
    webCase(
      'may be a token: one that is not good is refused, and the store is not asked',
      {
        reading: (read) => ({
          key: (source) => {
            const reason = read.header(source, 'x-fault')
            if (reason === undefined) return 'jti'
            throw Object.assign(new Error('not good'), { code: 'INVALID_TOKEN', reason })
          },
        }),
      },
      async (site) => {
        for (const [fault, status, name] of FAULTS_OF_TOKENS) {
          const refused = await site.ask({ headers: [JSON_TYPE, ['X-Fault', fault]] })
          isProblem(refused, status, name)
          equal(refused.header('www-authenticate'), status === 401 ? 'Idempotency-Token' : undefined)
        }
        ran(site, 0)
        equal(site.records.told.length, 0)
        isReplay(await site.ask(), await site.ask())
        ran(site, 1)
      },
    ),
    webCase(
      'may be the request itself: the same again is a repetition, for each user',
      { options: { fingerprint: 'only' } },
      async (site) => {
        const first = await site.ask()
        isReplay(first, await site.ask({ body: '{ "count": 1, "item": "book" }' }))
        isFirst(await site.ask({ body: '{"item":"book","count":2}' }), 2)
        isFirst(await site.ask({ user: 'ann' }), 3)
        isFirst(await site.ask({ body: ORDER, target: '/refunds' }), 4)
        ran(site, 4)
      },
    ),
    webCase(
      'cannot be the request itself where that is too large to be compared',
      { options: { fingerprint: 'only', maxRequestBytes: 10 } },
      async (site) => {
        isProblem(await site.ask(), 413, 'body-too-large')
        ran(site, 0)
      },
    ),
  ],
}
