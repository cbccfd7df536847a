import { describe, expect, it } from 'vitest'
import { postgresBank } from '../../../src/transfers/postgres/postgres-bank'

const isCommit = postgresBank.isCommit as (request: Buffer) => boolean

/** One statement, as text. */
const query = (text: string) => framed(`Q\0\0\0\0${text}\0`)

/** Several statements that are parsed in one request. */
const parsed = (...texts: string[]) =>
  Buffer.concat([...texts.map((text) => framed(`P\0\0\0\0\0${text}\0\0\0`)), framed('S\0\0\0\0')])

function framed(text: string): Buffer {
  const message = Buffer.from(text)
  message.writeInt32BE(message.length - 1, 1)
  return message
}

describe('isCommit', () => {
  it('knows the messages that pg sends, and no other', () => {
    expect(isCommit(query('COMMIT'))).toBe(true)
    expect(isCommit(parsed('SELECT 1', 'COMMIT'))).toBe(true)
    expect(isCommit(parsed('BEGIN', 'SELECT 1'))).toBe(false)
    for (const text of ['BEGIN', 'ROLLBACK', 'SELECT 1', 'COMMIT AND CHAIN', ''])
      expect(isCommit(query(text))).toBe(false)
  })
})
