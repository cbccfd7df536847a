import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'

const token = randomUUID()
const sound = { idempotent_token: token, amount: 100.5, user_id: 'user_123', description: 'test' }
/** The body as text, so that the amount stands in it as it is written here. */
const amounting = (amount: string) =>
  `{"idempotent_token":"${token}","user_id":"user_123","amount":${amount}}`
const without = (field: keyof typeof sound) => ({ ...sound, [field]: undefined })

/** What is sent, and how the message begins and ends. */
const BAD: readonly (readonly [string, unknown, string, string])[] = [
  ['no token', without('idempotent_token'), 'idempotent_token must be text of 1 to 255', 'got nothing'],
  ['an empty token', { ...sound, idempotent_token: '' }, 'idempotent_token must be text', 'got ""'],
  ['a blank token', { ...sound, idempotent_token: ' ' }, 'idempotent_token must be text', 'got " "'],
  [
    'a token of 256 characters',
    { ...sound, idempotent_token: 'x'.repeat(256) },
    'idempotent_token must be',
    'x…"',
  ],
  [
    'a token with a control character',
    { ...sound, idempotent_token: 'a\u0007' },
    'idempotent_token must',
    '"a\\u0007"',
  ],
  ['half a character', { ...sound, idempotent_token: 'a\ud800' }, 'idempotent_token must', '"a\\ud800"'],
  [
    'a token that is a number',
    { ...sound, idempotent_token: 17 },
    'idempotent_token must',
    'got the number 17',
  ],
  ['a token that is null', { ...sound, idempotent_token: null }, 'idempotent_token must', 'got null'],
  ['no user', without('user_id'), 'user_id must be text of 1 to 255', 'got nothing'],
  ['an empty user', { ...sound, user_id: '' }, 'user_id must', 'got ""'],
  ['a user that is a list', { ...sound, user_id: ['a'] }, 'user_id must', 'got a list'],
  [
    'a long description',
    { ...sound, description: 'x'.repeat(501) },
    'description must be text of at most 500',
    'x…"',
  ],
  ['a description that is an object', { ...sound, description: {} }, 'description must', 'got an object'],
  ['no amount', without('amount'), 'amount must be a positive decimal', 'got nothing'],
  ['the amount null', amounting('null'), 'amount must', 'got null'],
  ['the amount true', amounting('true'), 'amount must', 'got true'],
  ['the amount 0', amounting('0'), 'amount must', 'got the number 0'],
  ['the amount "0.00"', amounting('"0.00"'), 'amount must', 'got "0.00"'],
  ['the amount -1', amounting('-1'), 'amount must', 'got the number -1'],
  ['the amount 0.001', amounting('0.001'), 'amount must', 'got the number 0.001'],
  ['the amount 1e3', amounting('1e3'), 'amount must', 'got the number 1e3'],
  ['the amount "1e3"', amounting('"1e3"'), 'amount must', 'got "1e3"'],
  ['the amount "1,5"', amounting('"1,5"'), 'amount must', 'got "1,5"'],
  ['the amount " 1"', amounting('" 1"'), 'amount must', 'got " 1"'],
  ['the amount "+1"', amounting('"+1"'), 'amount must', 'got "+1"'],
  ['the amount "01"', amounting('"01"'), 'amount must', 'got "01"'],
  ['the amount "1."', amounting('"1."'), 'amount must', 'got "1."'],
  ['the amount "0x10"', amounting('"0x10"'), 'amount must', 'got "0x10"'],
  ['the amount "NaN"', amounting('"NaN"'), 'amount must', 'got "NaN"'],
  ['the amount ""', amounting('""'), 'amount must', 'got ""'],
  [
    'more digits than a float holds',
    amounting('100.50000000000000001'),
    'amount must',
    '100.50000000000000001',
  ],
  ['more than is allowed', amounting('1000000000000.01'), 'amount must', 'got the number 1000000000000.01'],
  [
    'far more than is allowed',
    amounting('9007199254740993'),
    'amount must',
    'got the number 9007199254740993',
  ],
  ['the amount NaN', amounting('NaN'), 'body must be JSON', ''],
  ['an amount that comes twice', amounting('1,"amount":2'), 'body must be JSON', ''],
  ['no JSON', '{"idempotent_token":', 'body must be JSON', ''],
  ['no object', '[]', 'body must be a JSON object', 'got a list'],
  ['a bare number', '17', 'body must be a JSON object', 'got the number 17'],
  ['a bare text', '"pay"', 'body must be a JSON object', 'got "pay"'],
  ['null', 'null', 'body must be a JSON object', 'got null'],
  ['nothing at all', '', 'body must be a JSON object', 'got nothing'],
  ['JSON without end', '['.repeat(60_000), 'body must be JSON', 'nested too deeply'],
  [
    'more than 64 kB',
    { ...sound, more: 'x'.repeat(64 * 1024) },
    'body must be at most 65536 bytes',
    'got more',
  ],
]

test.each(BAD)(
  '%s is refused with what is wrong, and nothing is recorded',
  async (_what, body, start, end) => {
    const demo = await startDemo()
    const answer = await demo.pay(body)
    expect(answer.code).toBe(400)
    expect(answer.body).toEqual({
      status: 'ERROR',
      message: expect.stringContaining(start),
      errors: [{ field: start.split(' ')[0], expected: expect.any(String), got: expect.any(String) }],
      request_id: expect.stringMatching(/^REQ_./),
    })
    expect(answer.body.message.endsWith(end), answer.body.message).toBe(true)
    expect((await demo.get(`/payment/status?token=${token}`)).code).toBe(404)
    expect((await demo.get('/payment/records')).body.records).toEqual([])
    expect(demo.gateway.arrived).toBe(0)
  },
)

test('everything that is wrong is told at once', async () => {
  const demo = await startDemo()
  const { body } = await demo.pay({ amount: -1 })
  expect(body.errors).toEqual([
    { field: 'idempotent_token', expected: expect.any(String), got: 'nothing' },
    { field: 'amount', expected: expect.any(String), got: 'the number -1' },
    { field: 'user_id', expected: expect.any(String), got: 'nothing' },
  ])
})

test('bytes that are no UTF-8 are refused: two tokens could pass for one', async () => {
  const demo = await startDemo()
  const bytes = Buffer.concat([Buffer.from('{"idempotent_token":"'), Buffer.from([0xff]), Buffer.from('"}')])
  const { code, body } = await demo.request('/payment', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: bytes,
  })
  expect(code).toBe(400)
  expect(body.message).toBe('body must be UTF-8 text; got bytes that are none')
})

test('a large body that does not tell its length is refused', async () => {
  const demo = await startDemo()
  const { code, body } = await demo.request('/payment', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: new Blob(Array(65).fill('x'.repeat(1024))).stream(),
    duplex: 'half',
  })
  expect(code).toBe(400)
  expect(body.message).toBe('body must be at most 65536 bytes; got more')
})

test('a body of exactly 64 kB pays', async () => {
  const demo = await startDemo()
  const body = JSON.stringify({ ...order(), more: '' })
  const filled = body.replace('"more":""', `"more":"${'x'.repeat(64 * 1024 - body.length)}"`)
  expect(filled).toHaveLength(64 * 1024)
  expect((await demo.pay(filled)).code).toBe(200)
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonish'])(
  'the content type %s is refused',
  async (type) => {
    const demo = await startDemo()
    const { code, body } = await demo.pay(order(), { 'Content-Type': type })
    expect(code).toBe(400)
    expect(body.message).toBe(`Content-Type must be application/json; got "${type}"`)
  },
)

test('a body whose type nobody says is refused: any page of the web may have a browser send one', async () => {
  const demo = await startDemo()
  const body = new Blob([JSON.stringify(order())])
  expect(await demo.request('/payment', { method: 'POST', body })).toMatchObject({
    code: 400,
    body: { message: 'Content-Type must be application/json; got nothing' },
  })
  expect(demo.gateway.arrived).toBe(0)
})

test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/vnd.shop+json'])(
  'the content type %s pays',
  async (type) => {
    const demo = await startDemo()
    expect((await demo.pay(order(), { 'Content-Type': type })).code).toBe(200)
  },
)

test('a token of 255 characters of every script pays, and is told as it was sent', async () => {
  const demo = await startDemo()
  const odd = `a:b,c%d ${'é😀漢'.repeat(61)}xyz`
  expect(odd).toHaveLength(255)
  expect((await demo.pay(order({ idempotent_token: odd }))).code).toBe(200)
  const { body } = await demo.get(`/payment/status?token=${encodeURIComponent(odd)}`)
  expect(body.idempotent_key).toBe(odd)
  expect((await demo.get('/payment/records')).body.records[0].idempotent_key).toBe(odd)
})

test.each([{ description: null }, { description: undefined }])('%j pays', async (change) => {
  const demo = await startDemo()
  expect((await demo.pay(order(change))).code).toBe(200)
})
