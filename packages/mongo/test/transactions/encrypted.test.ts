import { Idem } from '@idem/core'
import { encryptedCodec } from '@idem/core/encrypted'
import { describe, expect, inject, it } from 'vitest'
import { MongoStore } from '../../src'
import { accounts } from './accounts'

const book = accounts()
const CANARY = 'canary 4111-1111'

describe.skipIf(inject('mongoUrl') === undefined)('an encrypted record', () => {
  it('has no plain text in any field, be it of an attempt or of a transaction', async () => {
    const idem = new Idem({
      store: new MongoStore(book.db),
      codec: encryptedCodec({ keys: [{ id: 'one', key: new Uint8Array(32).fill(1) }] }),
      isRetryable: () => false,
    })
    const declined = () =>
      idem.transaction([book.key, 'declined'], () => {
        throw new RangeError(CANARY)
      })
    await expect(declined()).rejects.toThrow(RangeError)
    await expect(declined()).rejects.toMatchObject({ failure: { message: CANARY } })
    for (let call = 0; call < 2; call++) {
      expect(await idem.run([book.key, 'run'], () => CANARY)).toBe(CANARY)
      expect(await idem.transaction([book.key, 'paid'], () => CANARY)).toBe(CANARY)
    }
    const records = await book.own.db
      .collection('idem.records')
      .find({ _id: new RegExp(book.key) as never })
      .toArray()
    expect(records).toHaveLength(3)
    for (const record of records) {
      expect(JSON.stringify(record)).toContain('sealed1.one.')
      expect(JSON.stringify(record)).not.toContain('canary')
    }
  })
})
