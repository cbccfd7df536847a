import { describe, expect, it } from 'vitest'
import { postgresBank } from '../../../src/transfers/postgres/postgres-bank'

const isCommit = postgresBank.isCommit as (request: Buffer) => boolean

describe('isCommit', () => {
  it('knows the message that pg sends, and no other', () => {
    const query = (text: string) => {
      const message = Buffer.from(`Q\0\0\0\0${text}\0`)
      message.writeInt32BE(message.length - 1, 1)
      return message
    }
    expect(isCommit(query('COMMIT'))).toBe(true)
    for (const text of ['BEGIN', 'ROLLBACK', 'SELECT 1', 'COMMIT AND CHAIN', ''])
      expect(isCommit(query(text))).toBe(false)
  })
})
