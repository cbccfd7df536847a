import { Idem } from '@idem/core'
import { encryptedCodec } from '@idem/core/encrypted'
import { expect, it } from 'vitest'
import { PostgresStore } from '../../src'
import { describeOnPostgres } from '../database'
import { accounts } from './accounts'

const book = accounts()
const CANARY = 'canary 4111-1111'

describeOnPostgres('an encrypted record', () => {
  it('has no plain text in any column, be it of an attempt or of a transaction', async () => {
    const idem = new Idem({
      store: new PostgresStore(book.pool, { schema: book.db.schema }),
      codec: encryptedCodec({ keys: [{ id: 'one', key: new Uint8Array(32).fill(1) }] }),
      isRetryable: () => false,
    })
    const fail = () => {
      throw new RangeError(CANARY)
    }
    const failing = [
      () =>
        idem.run('attempt', async ({ step }) => {
          await step('pay', () => CANARY)
          fail()
        }),
      () => idem.transaction('declined', fail),
    ]
    for (const run of failing) {
      await expect(run()).rejects.toThrow(RangeError)
      await expect(run()).rejects.toMatchObject({ failure: { message: CANARY } })
    }
    for (let call = 0; call < 2; call++) {
      expect(await idem.run('paid', () => CANARY)).toBe(CANARY)
      const body = async (ctx: Parameters<ReturnType<typeof book.deposit>>[0]) =>
        `${CANARY} ${await book.deposit()(ctx)}`
      expect(await idem.transaction(book.key, body)).toBe(`${CANARY} 10`)
    }
    const { rows } = await book.pool.query<{ text: string }>(
      `SELECT records::text AS text FROM "${book.db.schema}".records`,
    )
    expect(rows).toHaveLength(4)
    for (const { text } of rows) {
      expect(text).toContain('sealed1.one.')
      expect(text).not.toContain('canary')
    }
  })
})
