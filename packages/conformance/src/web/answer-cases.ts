import { deepStrictEqual, equal, ok } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { webCase } from './web-case'
import { isProblem, isReplay, ran } from './web-expectations'
import { text, type WebScene } from './web-scene'

/** Every byte there is, of which many are no UTF-8. */
const BYTES = Uint8Array.from({ length: 512 }, (_, at) => at % 256)
const BODIES = [
  ['text', Buffer.from('{"id":1,"name":"caf\u00e9 \u{1f600}"}\n')],
  ['text with a byte order mark', Buffer.from('\ufeffa')],
  ['text with control characters', Buffer.from('a\0b\u001b\u007f\r\n')],
  ['bytes that are no text', BYTES],
  ['one byte', Uint8Array.of(255)],
  ['nothing', new Uint8Array()],
] as const

const STATUSES = [200, 201, 202, 301, 303, 400, 401, 403, 404, 409, 410, 418, 422]
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504]

/** What is replayed of an answer, and which are. */
export const answerCases: CaseGroup<WebScene> = {
  about: 'the answer',
  cases: [
    ...BODIES.map(([what, body]) =>
      webCase(
        `comes back byte by byte when it is ${what}`,
        { reply: () => ({ status: 200, headers: [['content-type', 'application/octet-stream']], body }) },
        async (site) => {
          const first = await site.ask({ key: '"a"' })
          deepStrictEqual(first.body, Buffer.from(body))
          const again = await site.ask({ key: '"a"' })
          isReplay(first, again)
          equal(again.header('content-type'), 'application/octet-stream')
          ran(site, 1)
        },
      ),
    ),
    ...STATUSES.map((status) =>
      webCase(
        `is kept when it is a ${status}`,
        { reply: (run) => text(status, `run ${run}`) },
        async (site) => {
          const first = await site.ask({ key: '"a"' })
          equal(first.status, status)
          isReplay(first, await site.ask({ key: '"a"' }))
          ran(site, 1)
        },
      ),
    ),
    webCase(
      'is kept when it is an empty 204',
      { reply: () => ({ status: 204, headers: [] }) },
      async (site) => {
        const first = await site.ask({ key: '"a"' })
        equal(first.status, 204)
        isReplay(first, await site.ask({ key: '"a"' }))
        ran(site, 1)
      },
    ),
    ...TRANSIENT.map((status) =>
      webCase(
        `is not kept when it is a ${status}: the same request runs again`,
        { reply: (run) => text(run === 1 ? status : 200, `run ${run}`) },
        async (site) => {
          const failed = await site.ask({ key: '"a"' })
          equal(failed.status, status)
          equal(failed.text, 'run 1')
          const first = await site.ask({ key: '"a"' })
          equal(first.text, 'run 2')
          isReplay(first, await site.ask({ key: '"a"' }))
          ran(site, 2)
        },
      ),
    ),
    webCase(
      'is kept even when it is a 503, if it is the last that maxAttempts allow',
      { options: { maxAttempts: 2 }, reply: (run) => text(503, `run ${run}`, [['x-run', String(run)]]) },
      async (site) => {
        await site.ask({ key: '"a"' })
        const last = await site.ask({ key: '"a"' })
        equal(last.text, 'run 2')
        const again = await site.ask({ key: '"a"' })
        isReplay(last, again)
        equal(again.header('x-run'), '2')
        ran(site, 2)
      },
    ),
    webCase(
      'is kept or not as the route says',
      {
        options: { keeps: (status) => status === 503 },
        reply: (run) => text(run < 3 ? 200 : 503, `run ${run}`),
      },
      async (site) => {
        for (let times = 0; times < 3; times++) await site.ask({ key: '"a"' })
        equal((await site.ask({ key: '"a"' })).text, 'run 3')
        ran(site, 3)
      },
    ),
    webCase(
      'is an error of the framework when the handler throws, and the same request runs again',
      {
        reply: (run) => {
          if (run === 1) throw new Error('no connection')
          return text(200, `run ${run}`)
        },
      },
      async (site) => {
        equal((await site.ask({ key: '"a"' })).status, 500)
        equal((await site.ask({ key: '"a"' })).text, 'run 2')
        ran(site, 2)
      },
    ),
    webCase(
      'stays an error when the handler threw in the last attempt that is allowed',
      {
        options: { maxAttempts: 1 },
        reply: () => {
          throw new Error('no connection')
        },
      },
      async (site) => {
        equal((await site.ask({ key: '"a"' })).status, 500)
        equal((await site.ask({ key: '"a"' })).status, 500)
        ran(site, 1)
      },
    ),
    webCase(
      'keeps its headers, also those that come several times',
      {
        reply: () =>
          text(201, 'made', [
            ['location', '/orders/1?x=1#y'],
            ['link', '</a>; rel="next"'],
            ['link', '</b>; rel="prev"'],
            ['etag', '"v1"'],
            ['x-own', 'yes'],
          ]),
      },
      async (site) => {
        const first = await site.ask({ key: '"a"' })
        const again = await site.ask({ key: '"a"' })
        for (const response of [first, again]) {
          equal(response.header('location'), '/orders/1?x=1#y')
          equal(response.header('link'), '</a>; rel="next", </b>; rel="prev"')
          equal(response.header('etag'), '"v1"')
          equal(response.header('x-own'), 'yes')
          equal(response.header('content-type')?.split(';')[0], 'text/plain')
        }
        isReplay(first, again)
      },
    ),
    webCase(
      'has all its cookies at first, and none when it is replayed',
      { reply: () => text(200, 'in', COOKIES) },
      async (site) => {
        const first = await site.ask({ key: '"a"' })
        deepStrictEqual(first.lines('set-cookie'), ['a=1; Path=/', 'b=2, 3; Secure'])
        deepStrictEqual((await site.ask({ key: '"a"' })).lines('set-cookie'), [])
        ok(!site.records.told.some((call) => call.includes('Path=/')))
      },
    ),
    webCase(
      'has all its cookies again where the route asks for that',
      { options: { keepHeaders: ['Set-Cookie'] }, reply: () => text(200, 'in', COOKIES) },
      async (site) => {
        const first = await site.ask({ key: '"a"' })
        const again = await site.ask({ key: '"a"' })
        deepStrictEqual(again.lines('set-cookie'), first.lines('set-cookie'))
        equal(again.lines('set-cookie').length, 2)
      },
    ),
    webCase(
      'leaves out what speaks of one response or one connection',
      { reply: () => text(200, 'x', OF_ONE_RESPONSE) },
      async (site) => {
        await site.ask({ key: '"a"' })
        const again = await site.ask({ key: '"a"' })
        equal(again.header('idempotency-replayed'), 'true')
        for (const [name] of OF_ONE_RESPONSE) equal(again.header(name), undefined, name)
      },
    ),
    webCase(
      'is told to be gone, and nothing runs again, when its body was too large to be kept',
      { options: { maxBodyBytes: 1000 }, reply: () => text(201, 'x'.repeat(1001)) },
      async (site) => {
        const first = await site.ask({ key: '"a"' })
        equal(first.status, 201)
        equal(first.body.length, 1001)
        isProblem(await site.ask({ key: '"a"' }), 410, 'answer-omitted')
        ran(site, 1)
      },
    ),
    webCase(
      'is kept when its body just fits',
      {
        options: { maxBodyBytes: 1000 },
        reply: () => ({ status: 200, headers: [], body: new Uint8Array(1000).fill(200) }),
      },
      async (site) => {
        isReplay(await site.ask({ key: '"a"' }), await site.ask({ key: '"a"' }))
        ran(site, 1)
      },
    ),
  ],
}

const COOKIES = [
  ['set-cookie', 'a=1; Path=/'],
  ['set-cookie', 'b=2, 3; Secure'],
] as const

const OF_ONE_RESPONSE = [
  ['x-request-id', 'r1'],
  ['traceparent', '00-1-2-00'],
  ['age', '3'],
  ['server-timing', 'db;dur=53'],
  ['ratelimit', 'limit=10, remaining=1'],
  ['x-ratelimit-remaining', '1'],
  ['proxy-connection', 'keep-alive'],
] as const
