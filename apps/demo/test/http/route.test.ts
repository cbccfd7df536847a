import { expect, test } from 'vitest'
import { startDemo } from '../support/demo'

test.each(['/nowhere', '/pay', '/payment/', '/payment/statuses', '/%0a%1b[31m'])(
  '%s is not there',
  async (path) => {
    const demo = await startDemo()
    const { code, body } = await demo.get(path)
    expect(code).toBe(404)
    expect(body).toEqual({
      status: 'ERROR',
      message: expect.stringMatching(/^There is no /),
      request_id: expect.stringMatching(/^REQ_./),
    })
  },
)

test.each([
  ['GET', '/payment', 'POST'],
  ['DELETE', '/payment', 'POST'],
  ['POST', '/payment/status', 'GET'],
  ['PUT', '/payment/records', 'GET'],
  ['POST', '/gateway/charges', 'GET'],
  ['PATCH', '/health', 'GET'],
])('%s %s is told which method there is', async (method, path, allowed) => {
  const demo = await startDemo()
  const { code, body, headers } = await demo.request(path, { method })
  expect(code).toBe(405)
  expect(headers.get('Allow')).toBe(allowed)
  expect(body).toMatchObject({ status: 'ERROR', message: `${path} takes ${allowed}, not ${method}` })
})

test('the headers of GET can be had alone', async () => {
  const demo = await startDemo()
  expect(await demo.request('/health', { method: 'HEAD' })).toMatchObject({ code: 200, body: undefined })
})
