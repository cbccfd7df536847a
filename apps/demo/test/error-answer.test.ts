import * as core from '@idem/core'
import { expect, test } from 'vitest'
import { createApp } from '../src/app'

const SECRET = 'at 10.0.0.7'

/** The answer to a request whose route throws this, and how often it was reported. */
async function answerTo(error: Error) {
  const reports: unknown[] = []
  const app = createApp({
    routes: [
      {
        method: 'GET',
        path: '/',
        does: 'throw',
        handle: async () => {
          throw error
        },
      },
    ],
    process: { number: 1, pid: process.pid },
    log: { print: () => {}, colour: false },
    report: (reported) => reports.push(reported),
    stopping: new AbortController().signal,
  })
  const response = await app.request('/')
  const text = await response.text()
  return {
    code: response.status,
    status: JSON.parse(text).status,
    retryAfter: response.headers.get('Retry-After'),
    reported: reports.length === 1 && reports[0] === error,
    text,
  }
}

test.each([
  [new core.InProgressError(SECRET, 30_000), 202, 'PROCESSING', '1', false],
  [new core.FingerprintMismatchError(SECRET), 422, 'ERROR', null, false],
  [new core.StoreError(SECRET), 503, 'RETRY', '1', true],
  [new core.LeaseLostError(SECRET), 503, 'RETRY', '1', true],
  [new core.AbandonedError(SECRET, 1), 503, 'UNKNOWN', '1', true],
  [new core.ResultUnavailableError(SECRET), 500, 'ERROR', null, true],
  [new core.CodecError(SECRET), 500, 'ERROR', null, true],
  [new Error(SECRET), 500, 'ERROR', null, true],
])('%o is told in words for clients', async (error, code, status, retryAfter, reported) => {
  const { text, ...answer } = await answerTo(error)
  expect(answer).toEqual({ code, status, retryAfter, reported })
  expect(text).not.toContain(SECRET)
})

test('the failure of another request is told as it was recorded', async () => {
  const failure = { name: 'GatewayError', message: 'The gateway refused the charge' }
  const { code, status, text, reported } = await answerTo(new core.OperationFailedError(failure, 1))
  expect({ code, status, reported }).toEqual({ code: 500, status: 'FAILED', reported: false })
  expect(text).toContain(failure.message)
})
