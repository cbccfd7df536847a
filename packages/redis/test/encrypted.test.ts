import { Idem } from '@idem/core'
import { encryptedCodec } from '@idem/core/encrypted'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { RedisStore } from '../src/index'
import { openClients } from './support/open-clients'

const url = inject('redisUrl')
const PREFIX = `encrypted/${process.pid}/`
const CANARY = 'canary 4111-1111'

describe.skipIf(url === undefined)('an encrypted record', () => {
  const open = openClients()
  const client = open(url ?? '')
  const keys = () => client.keys(`${PREFIX}*`)
  afterAll(async () => void (await client.del(await keys())))

  test('has no plain text anywhere, and reads as it was written', async () => {
    const idem = new Idem({
      store: new RedisStore(client, { prefix: PREFIX }),
      codec: encryptedCodec({ keys: [{ id: 'one', key: new Uint8Array(32).fill(1) }] }),
      isRetryable: () => false,
    })
    const failing = () =>
      idem.run('failed', async ({ step }) => {
        await step('pay', () => CANARY)
        throw new RangeError(CANARY)
      })
    await expect(failing()).rejects.toThrow(RangeError)
    await expect(failing()).rejects.toMatchObject({ failure: { message: CANARY } })
    for (let call = 0; call < 2; call++) expect(await idem.run('paid', () => CANARY)).toBe(CANARY)
    const stored = await client.mget(await keys())
    expect(stored).toHaveLength(2)
    for (const text of stored) {
      expect(text).toContain('sealed1.one.')
      expect(text).not.toContain('canary')
    }
  })
})
