import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { release, reserve, ship, stock } from '../../src/scenarios/stock'
import type { Answer } from '../support/demo'
import { everyStore } from '../support/every-store'
import { type OpenShop, openShop } from '../support/shop'
import { crowd, insisted, openShops } from '../support/shops'

const stores = await everyStore()

/** An article that nobody else knows, with so many on the shelf. */
async function article(shop: OpenShop, quantity: number, sku = `book-${randomUUID()}`): Promise<string> {
  const delivered = await shop.post(`/stock/${sku}`, { quantity }, { 'Idempotency-Key': randomUUID() })
  expect(delivered.code).toBe(200)
  return sku
}

describe.each(stores)('stock on $title', (store) => {
  const onStore = test.skipIf(store.url === undefined)

  onStore('500 buyers of 100 goods, each asking twice, get exactly 100', { timeout: 120_000 }, async () => {
    const [first, ...others] = await openShops(4, stock, store)
    if (first === undefined) throw new Error('no shop')
    const sku = await article(first, 100)
    const all = [first, ...others]
    const answers = await crowd(1000, 200, async (i) => {
      // The two requests of one buyer come in at different processes.
      const shop = all[(i + Math.floor(i / 500)) % all.length] ?? first
      const order = `${sku}-${i % 500}`
      const ask = () => shop.post(`/stock/${sku}/reserve`, { order, quantity: 1 })
      return { order, ...(await insisted(ask)) }
    })
    const sold = answers.filter(({ code }) => code === 200)
    const tries = sold.reduce((sum, { body }) => sum + body.tries, 0) / sold.length

    const served = new Set(sold.map(({ order }) => order))
    expect(served.size).toBe(100)
    // Inside a process they stand in line: each sale makes one try of each other process vain, and no more.
    expect(tries).toBeLessThanOrEqual(all.length)
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([200, 409]))
    const refused = answers.find(({ code }) => code === 409)
    expect(refused?.body).toMatchObject({ status: 'ERROR', message: `${sku} is sold out` })
    const { body } = await first.get(`/stock/${sku}`)
    expect(body).toMatchObject({ on_hand: 100, reserved: 100, available: 0 })
    expect(new Set(body.orders)).toEqual(served)
  })

  onStore('a buyer who asks again gets the answer of the first time, and nothing more', async () => {
    const shop = await openShop(stock, store)
    const sku = await article(shop, 5)
    const order = randomUUID()
    const ask = () => shop.post(`/stock/${sku}/reserve`, { order, quantity: 2 })
    const answers: Answer[] = await Promise.all([ask(), ask(), ask()])
    answers.push(await ask())
    expect(answers.map(({ code, body }) => [code, body.message])).toEqual(
      Array(4).fill([200, `2 of ${sku} set aside for ${order}`]),
    )
    expect(answers[3]?.headers.get('Idempotency-Replayed')).toBe('true')
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ available: 3, orders: [order] })
    expect((await shop.post(`/stock/${sku}/reserve`, { order, quantity: 3 })).code).toBe(422)
  })

  onStore('an attempt that runs again, without a record, reserves nothing twice', async () => {
    const shop = await openShop(stock, store)
    const sku = await article(shop, 5)
    const order = randomUUID()
    await reserve(shop, sku, order, 2)
    await reserve(shop, sku, order, 2)
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ available: 3, reserved: 2 })
    await expect(reserve(shop, sku, order, 1)).rejects.toMatchObject({ code: 'FINGERPRINT_MISMATCH' })
  })

  onStore('an order that was refused is served when goods have come in', async () => {
    const shop = await openShop(stock, store)
    const sku = await article(shop, 1)
    const order = randomUUID()
    const ask = () => shop.post(`/stock/${sku}/reserve`, { order, quantity: 2 })
    expect(await ask()).toMatchObject({ code: 409, body: { message: `Only 1 of ${sku} are left` } })
    await article(shop, 1, sku)
    expect((await ask()).code).toBe(200)
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ available: 0, on_hand: 2 })
  })

  onStore('a delivery that is sent twice comes in once', async () => {
    const shop = await openShop(stock, store)
    const sku = `book-${randomUUID()}`
    const key = { 'Idempotency-Key': randomUUID() }
    const send = () => shop.post(`/stock/${sku}`, { quantity: 7 }, key)
    expect((await send()).body.on_hand).toBe(7)
    const again = await send()
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    // Even if the record is gone: the row remembers.
    expect(await shop.idem.forget(key['Idempotency-Key'], { name: 'delivery' })).toBe(true)
    await send()
    expect((await shop.get(`/stock/${sku}`)).body.on_hand).toBe(7)
  })

  onStore('what was shipped has left once, and is not reserved again', async () => {
    const shop = await openShop(stock, store)
    const sku = await article(shop, 5)
    const order = randomUUID()
    await expect(ship(shop, sku, order)).rejects.toMatchObject({ code: 409 })
    await reserve(shop, sku, order, 2)
    await Promise.all([ship(shop, sku, order), ship(shop, sku, order)])
    await ship(shop, sku, order)
    const left = { on_hand: 3, reserved: 0, available: 3 }
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject(left)
    await expect(reserve(shop, sku, order, 2)).rejects.toThrow('was shipped')
    expect((await shop.post(`/stock/${sku}/release`, { order })).code).toBe(409)
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject(left)
  })

  onStore('what was released goes back once, and a late request sets nothing aside', async () => {
    const shop = await openShop(stock, store)
    const sku = await article(shop, 5)
    const order = randomUUID()
    await reserve(shop, sku, order, 2)
    for (let i = 0; i < 2; i++) expect((await shop.post(`/stock/${sku}/release`, { order })).code).toBe(200)
    await expect(reserve(shop, sku, order, 2)).rejects.toThrow('was released')
    await expect(ship(shop, sku, order)).rejects.toMatchObject({ code: 409 })
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ on_hand: 5, available: 5, reserved: 0 })
  })

  onStore('an order may be called anything', async () => {
    const shop = await openShop(stock, store)
    const sku = await article(
      shop,
      20,
      `a/b ?#$.ü-${randomUUID()}`.replaceAll('/', '%2F').replace(' ?#', '%20%3F%23'),
    )
    const names = ['__proto__', 'toString', '$set', 'a.b', '.', '"', 'ü'.repeat(255)]
    for (const order of names) {
      expect((await shop.post(`/stock/${sku}/reserve`, { order, quantity: 1 })).code).toBe(200)
    }
    expect((await shop.get(`/stock/${sku}`)).body.orders.sort()).toEqual([...names].sort())
    for (const order of names) expect((await shop.post(`/stock/${sku}/release`, { order })).code).toBe(200)
    expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ orders: [], available: 20 })
  })
})

test('a reservation that is overtaken by the release of its order sets nothing aside', async () => {
  const shop = await openShop(stock)
  const sku = await article(shop, 5)
  // The reservation has read the row and looked for the ending; before it writes, the order is released.
  const slow = {
    ...shop,
    tables: (<Row>(name: string) => {
      const table = shop.tables<Row>(name)
      if (name !== 'stock-endings') return table
      const get: typeof table.get = async (id) => {
        const found = await table.get(id)
        await release(shop, sku, 'late')
        return found
      }
      return {
        get,
        insert: table.insert.bind(table),
        replace: table.replace.bind(table),
        list: table.list.bind(table),
      }
    }) as typeof shop.tables,
  }
  await expect(reserve(slow, sku, 'late', 2)).rejects.toThrow('was released')
  expect((await shop.get(`/stock/${sku}`)).body).toMatchObject({ available: 5, reserved: 0 })
})

test('what is not understood, or not there, is refused', async () => {
  const shop = await openShop(stock)
  expect((await shop.get('/stock/nothing')).code).toBe(404)
  expect((await shop.post('/stock/nothing/reserve', { order: 'a', quantity: 1 })).code).toBe(404)
  expect((await shop.post('/stock/nothing/release', { order: 'a' })).code).toBe(404)
  for (const quantity of [0, -1, 1.5, '1', 100_001, undefined]) {
    expect((await shop.post('/stock/book/reserve', { order: 'a', quantity })).code).toBe(400)
    const delivered = await shop.post('/stock/book', { quantity }, { 'Idempotency-Key': randomUUID() })
    expect(delivered.code).toBe(400)
  }
  expect((await shop.post('/stock/book', { quantity: 1 })).code).toBe(400)
  expect((await shop.get('/stock/book')).code).toBe(404)
})
