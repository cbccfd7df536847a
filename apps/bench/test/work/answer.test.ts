import { expect, it } from 'vitest'
import { ANSWER_TEXT, answering, PAYLOAD } from '../../src/work/answer'

it('is 200 bytes as JSON, and so is the payload', async () => {
  expect(Buffer.byteLength(ANSWER_TEXT)).toBe(200)
  expect(JSON.stringify(await answering())).toBe(ANSWER_TEXT)
  expect(Buffer.byteLength(JSON.stringify(PAYLOAD))).toBe(200)
})
