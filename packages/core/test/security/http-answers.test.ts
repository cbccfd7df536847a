import { expect, it } from 'vitest'
import { encryptedCodec } from '../../src/encrypted'
import { idempotent } from '../../src/http'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'

const CANARY = 'canary 4111-1111'
const store = new MemoryStore()

/** A shop whose processes share a store; each has a key of its own for what is stored there. */
function shop(secret: number) {
  const key = new Uint8Array(32).fill(secret)
  const site = { ran: 0, pay: (_user: string): Promise<Response> => Promise.reject() }
  const idem = new Idem({ store, codec: encryptedCodec({ keys: [{ id: 'a', key }] }) })
  const handler = idempotent(
    () => {
      site.ran++
      const headers = { 'Set-Cookie': `session=${CANARY}`, 'X-Receipt': CANARY, Authorization: CANARY }
      return new Response(CANARY, { status: 201, headers })
    },
    { idem, scope: (request) => request.headers.get('x-user') ?? '' },
  )
  site.pay = (user) =>
    handler(
      new Request('http://127.0.0.1/payments', {
        method: 'POST',
        body: CANARY,
        headers: { 'Idempotency-Key': '"k"', 'X-User': user, Cookie: CANARY, 'X-Api-Token': CANARY },
      }),
    )
  return site
}

it('leaves nothing readable of an exchange in an encrypted store, and replays it to its owner alone', async () => {
  const site = shop(1)
  const first = await site.pay('ann')
  const again = await site.pay('ann')
  expect([await first.text(), await again.text()]).toEqual([CANARY, CANARY])
  expect(first.headers.get('set-cookie')).toContain(CANARY)
  expect(again.headers.get('set-cookie')).toBeNull()
  expect(again.headers.get('x-receipt')).toBe(CANARY)
  await site.pay('bob')
  expect(site.ran).toBe(2)
  const { records } = await store.list({ prefix: '', limit: 10 })
  expect(records).toHaveLength(2)
  expect(JSON.stringify(records)).not.toContain('canary')
})

it('answers with an error, and runs nothing, where an answer cannot be decrypted', async () => {
  await shop(1).pay('cid')
  const stranger = shop(2)
  await expect(stranger.pay('cid')).rejects.toMatchObject({ code: 'CODEC' })
  expect(stranger.ran).toBe(0)
})
