import { randomUUID } from 'node:crypto'
import type { LockStore } from '@idem/core'
import { describe, expect, test } from 'vitest'
import { coupon } from '../../src/scenarios/coupon'
import { Coupons, WAYS } from '../../src/scenarios/coupons'
import type { Shop } from '../../src/scenarios/scenario'
import { pairPrefix } from '../../src/stores/pair-id'
import type { Table } from '../../src/stores/table'
import { everyStore } from '../support/every-store'
import { openShop } from '../support/shop'
import { insisted, openShops } from '../support/shops'

const stores = await everyStore()

/** All numbers that were given, from the rows themselves. */
async function numbers(shop: Shop, id: string): Promise<number[]> {
  const claims = shop.tables<{ readonly serial: number }>('coupon-claims')
  const rows = await claims.list({ prefix: pairPrefix(id), limit: 1000 })
  return rows.map(({ row }) => row.serial).sort((one, other) => one - other)
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

/** A lock that keeps nobody out, as one does that has lapsed under each of its holders. */
const lapsed: LockStore = {
  acquire: async () => ({ acquired: true, fence: 1, now: Date.now() }),
  extend: async () => true,
  release: async () => true,
  isHeld: async () => true,
}

describe.each(stores)('coupons on $title', (store) => {
  const onStore = test.skipIf(store.url === undefined)

  for (const way of WAYS) {
    onStore(`by ${way}: of 60 users who ask twice for 20, 20 get one each`, { timeout: 60_000 }, async () => {
      const shops = await openShops(3, coupon, store)
      const [first] = shops
      if (first === undefined) throw new Error('no shop')
      const id = randomUUID()
      expect((await first.post('/coupons', { id, issued: 20 })).code).toBe(201)
      const answers = await Promise.all(
        Array.from({ length: 120 }, async (_, i) => {
          const user_id = `user-${i % 60}`
          const shop = shops[(i + Math.floor(i / 60)) % 3] ?? first
          return { user_id, ...(await insisted(() => shop.post(`/coupons/${id}/claim`, { user_id, way }))) }
        }),
      )
      const given = answers.filter(({ code }) => code === 200)
      const pairs = new Map(given.map(({ user_id, body }) => [user_id, body.serial]))
      expect([...pairs.values()].sort((one, other) => one - other)).toEqual(upTo(20))
      for (const { user_id, body } of given) expect(body.serial).toBe(pairs.get(user_id))
      const refused = answers.filter(({ code }) => code !== 200)
      for (const { code, body } of refused) {
        expect([code, body.message]).toEqual([409, `All 20 of ${id} are given`])
      }
      expect(await numbers(first, id)).toEqual(upTo(20))
      expect((await first.get(`/coupons/${id}`)).body).toMatchObject({ issued: 20, given: 20, left: 0 })
    })
  }

  onStore('a lock that keeps nobody out gives no more than were issued', { timeout: 60_000 }, async () => {
    const shops = await openShops(3, coupon, store)
    const id = randomUUID()
    const all = shops.map((shop) => new Coupons({ ...shop, locks: lapsed }))
    await all[0]?.issue(id, 5)
    await Promise.allSettled(
      Array.from({ length: 30 }, (_, i) => all[i % 3]?.claim(id, `user-${i % 15}`, 'lock')),
    )
    expect(await numbers(shops[0] as Shop, id)).toEqual(upTo(5))
  })

  onStore('whoever asks again has the same number, in either way and without a record', async () => {
    const shop = await openShop(coupon, store)
    const id = randomUUID()
    await shop.post('/coupons', { id, issued: 3 })
    const ask = (way: string) => shop.post(`/coupons/${id}/claim`, { user_id: 'ann', way })
    expect((await ask('lock')).body.serial).toBe(1)
    const again = await ask('version')
    expect([again.body.serial, again.headers.get('Idempotency-Replayed')]).toEqual([1, 'true'])
    await shop.idem.forget('ann', { name: 'coupon', scope: id })
    expect((await ask('version')).body.serial).toBe(1)
    await shop.post(`/coupons/${id}/claim`, { user_id: 'bob' })
    await shop.idem.forget('ann', { name: 'coupon', scope: id })
    expect((await ask('lock')).body.serial).toBe(1)
    expect(await numbers(shop, id)).toEqual([1, 2])
  })

  onStore('both ways can be measured beside each other', { timeout: 60_000 }, async () => {
    const shop = await openShop(coupon, store)
    const id = randomUUID()
    await shop.post('/coupons', { id, issued: 10 })
    const { code, body } = await shop.post(`/coupons/${id}/compare`, { users: 30 })
    expect(code).toBe(200)
    expect(body.ways).toMatchObject(
      WAYS.map((way) => ({ way, granted: 10, refused: 20, busy: 0, wrong: 0, tries: 1 })),
    )
    expect((await shop.get(`/coupons/${id}`)).body.given).toBe(0)
  })
})

/** A shop in which the first claim is not entered: whoever was given the coupon has died. */
function dying(shop: Shop): Shop {
  let died = false
  return {
    ...shop,
    tables: <Row>(name: string): Table<Row> => {
      const table = shop.tables<Row>(name)
      if (name !== 'coupon-claims') return table
      return {
        get: (id) => table.get(id),
        replace: (id, version, row) => table.replace(id, version, row),
        list: (query) => table.list(query),
        insert: async (id, row) => {
          if (died) return table.insert(id, row)
          died = true
          throw new Error('died')
        },
      }
    },
  }
}

test('a coupon that was given just before its process died is the same user’s, and nobody else’s', async () => {
  for (const next of ['ann', 'bob']) {
    const shop = await openShop(coupon)
    const coupons = new Coupons(dying(shop))
    await coupons.issue('tea', 2)
    await expect(coupons.give('tea', 'ann')).rejects.toThrow('died')
    expect((await coupons.give('tea', next)).serial).toBe(next === 'ann' ? 1 : 2)
    expect((await coupons.give('tea', 'ann')).serial).toBe(1)
    expect(await numbers(shop, 'tea')).toEqual(next === 'ann' ? [1] : [1, 2])
  }
})

test('whoever has one, or comes too late, waits for no lock', async () => {
  const shop = await openShop(coupon)
  const coupons = new Coupons({
    ...shop,
    locks: { ...lapsed, acquire: async () => ({ acquired: false, ttlMs: 60_000 }) },
  })
  await coupons.issue('tea', 1)
  await coupons.give('tea', 'ann')
  expect((await coupons.claim('tea', 'ann', 'lock')).serial).toBe(1)
  await expect(coupons.claim('tea', 'bob', 'lock')).rejects.toThrow('All 1 of tea are given')
  // That none is left does not change any more: it is the answer.
  const record = await shop.idem.inspect('bob', { name: 'coupon', scope: 'tea' })
  expect(record).toMatchObject({ state: 'failed', retryable: false })
})

test('a coupon and its users may be called anything', async () => {
  const shop = await openShop(coupon)
  const id = '語'.repeat(255)
  expect((await shop.post('/coupons', { id, issued: 2 })).code).toBe(201)
  for (const user_id of ['"'.repeat(255), '🐘'.repeat(127)]) {
    expect((await shop.post(`/coupons/${id}/claim`, { user_id })).code).toBe(200)
  }
})

test('what is not understood, or not there, is refused', async () => {
  const shop = await openShop(coupon)
  expect((await shop.get('/coupons/none')).code).toBe(404)
  expect((await shop.post('/coupons/none/claim', { user_id: 'ann' })).code).toBe(404)
  expect((await shop.post('/coupons', { id: 'tea', issued: 0 })).code).toBe(400)
  expect((await shop.post('/coupons', { id: 'tea', issued: 1 })).code).toBe(201)
  expect((await shop.post('/coupons', { id: 'tea', issued: 1 })).code).toBe(201)
  expect((await shop.post('/coupons', { id: 'tea', issued: 2 })).code).toBe(409)
  expect((await shop.post('/coupons/tea/claim', { user_id: 'ann', way: 'luck' })).code).toBe(400)
  expect((await shop.post('/coupons/tea/claim', {})).code).toBe(400)
  expect((await shop.post('/coupons/tea/compare', { users: 2001 })).code).toBe(400)
})
