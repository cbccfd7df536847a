import { equal, ok } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import type { RawRequest } from './raw-client'
import { webCase } from './web-case'
import { isProblem, isReplay, ran } from './web-expectations'
import { bodyOf, JSON_TYPE, ORDER, text, type WebScene } from './web-scene'

const typed = (type: string): RawRequest['headers'] => [['Content-Type', type]]
const form = (boundary: string, value: string): RawRequest => ({
  headers: typed(`multipart/form-data; boundary=${boundary}`),
  body: `--${boundary}\r\nContent-Disposition: form-data; name="item"\r\n\r\n${value}\r\n--${boundary}--\r\n`,
})
const BIG = { headers: [JSON_TYPE], body: '{"id":9007199254740993,"n":[1.0,1e2]}' } as const

/** Requests that are the same, though not byte by byte. */
const SAME: readonly (readonly [what: string, one: RawRequest, other: RawRequest])[] = [
  ['blanks and the order of JSON properties', {}, { body: '{ "count": 1,\n "item": "book" }' }],
  ['how JSON writes its numbers', { body: '{"n":[100,0,0.5]}' }, { body: '{"n":[1e2,-0,5.0E-1]}' }],
  ['how JSON writes its characters', { body: '{"\\u0061":"\\u00e9\\/"}' }, { body: '{"a":"\u00e9/"}' }],
  ['the order of JSON properties beside large numbers', BIG, { body: '{"n":[1,100],"id":9007199254740993}' }],
  ['the charset', {}, { headers: typed('application/json; charset=utf-8') }],
  ['the case of the media type', {}, { headers: typed('Application/JSON') }],
  ['the boundary of a form', form('one', 'book'), form('two', 'book')],
  ['the bearer token', auth('Bearer one'), auth('Bearer two')],
  [
    'the form in which a proxy asks for the path',
    { target: '/orders?dry=1' },
    { target: 'http://127.0.0.1/orders?dry=1' },
  ],
  ['the user agent', {}, { headers: [JSON_TYPE, ['User-Agent', 'other']] }],
]

/** Requests that are not the same. */
const OTHER: readonly (readonly [what: string, one: RawRequest, other: RawRequest])[] = [
  ['another value in JSON', {}, { body: '{"item":"book","count":2}' }],
  ['another order of a JSON list', { body: '[1,2]' }, { body: '[2,1]' }],
  ['a number for a string', { body: '{"n":1}' }, { body: '{"n":"1"}' }],
  ['large numbers that differ in the last digit', BIG, { ...BIG, body: BIG.body.replace('93', '92') }],
  ['a property more', {}, { body: '{"item":"book","count":1,"gift":null}' }],
  ['another query', { target: '/orders?dry=1' }, { target: '/orders?dry=0' }],
  ['a query where there was none', {}, { target: '/orders?dry=0' }],
  ['another path', {}, { target: '/refunds' }],
  ['another method', {}, { method: 'PATCH' }],
  ['another media type', { headers: typed('text/html') }, { headers: typed('text/plain') }],
  [
    'a byte more of text',
    { headers: typed('text/plain') },
    { headers: typed('text/plain'), body: `${ORDER} ` },
  ],
  ['another byte', binary(128), binary(129)],
  ['what would be the boundary of a form, in a text', bound('one'), bound('two')],
  ['another value in a form', form('one', 'book'), form('one', 'pen')],
  ['broken JSON', { body: '{"a":1' }, { body: '{"a":2' }],
  ['no body', {}, { body: '' }],
]

function auth(token: string): RawRequest {
  return { headers: [JSON_TYPE, ['Authorization', token]] }
}

function bound(boundary: string): RawRequest {
  return { headers: typed(`text/plain; boundary=${boundary}`), body: `pay --${boundary}` }
}

function binary(byte: number): RawRequest {
  return { headers: typed('application/octet-stream'), body: Uint8Array.of(0, byte, 255) }
}

/** What makes two requests the same. */
export const payloadCases: CaseGroup<WebScene> = {
  about: 'the payload',
  cases: [
    ...SAME.map(([what, one, other]) =>
      webCase(`is the same whatever ${what}`, {}, async (site) => {
        const first = await site.ask({ ...one, key: '"a"' })
        isReplay(first, await site.ask({ ...other, key: '"a"' }))
        ran(site, 1)
      }),
    ),
    ...OTHER.map(([what, one, other]) =>
      webCase(`is another with ${what}: a 422, and the record stays as it was`, {}, async (site) => {
        const first = await site.ask({ ...one, key: '"a"' })
        isProblem(await site.ask({ ...other, key: '"a"' }), 422, 'key-reused')
        isReplay(first, await site.ask({ ...one, key: '"a"' }))
        ran(site, 1)
      }),
    ),
    webCase(
      'is what the route says it is',
      { reading: (read) => ({ fingerprint: (source) => read.header(source, 'x-order') ?? 'none' }) },
      async (site) => {
        const of = (order: string, body: string): RawRequest => ({
          key: '"a"',
          headers: [['X-Order', order]],
          body,
        })
        const first = await site.ask(of('1', 'a'))
        isReplay(first, await site.ask(of('1', 'b')))
        isProblem(await site.ask(of('2', 'a')), 422, 'key-reused')
        ran(site, 1)
      },
    ),
    webCase(
      'is what the route reads in the body, which the handler still gets',
      {
        reading: (read) => ({ fingerprint: async (source) => JSON.parse(await read.text(source)).count }),
        reply: async (run, call) => text(200, `run ${run} of ${await bodyOf(call)}`),
      },
      async (site) => {
        const first = await site.ask({ key: '"a"' })
        equal(first.text, `run 1 of ${ORDER}`)
        isReplay(first, await site.ask({ key: '"a"', body: '{"count":1}' }))
        isProblem(await site.ask({ key: '"a"', body: '{"count":2}' }), 422, 'key-reused')
        ran(site, 1)
      },
    ),
    webCase(
      'is what the route says it is also where it is large',
      {
        options: { maxRequestBytes: 10 },
        reading: (read) => ({
          key: (source) => read.header(source, 'x-order'),
          fingerprint: (source) => read.header(source, 'x-order'),
        }),
        reply: async (run, call) => text(200, `run ${run} of ${await bodyOf(call)}`),
      },
      async (site) => {
        const headers = [['X-Order', '1']] as const
        const first = await site.ask({ headers, body: 'a'.repeat(100) })
        isReplay(first, await site.ask({ headers, body: 'b'.repeat(100) }))
        ran(site, 1)
      },
    ),
    webCase(
      'is nothing that the route could read in a body which is too large: nothing runs',
      {
        options: { maxRequestBytes: 10 },
        reading: (read) => ({ fingerprint: async (source) => `of ${await read.text(source)}` }),
      },
      async (site) => {
        ok((await site.ask({ key: '"a"' })).status >= 400)
        ran(site, 0)
        equal(site.records.told.length, 0)
      },
    ),
  ],
}
