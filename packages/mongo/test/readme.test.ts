import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'

const EXAMPLE = /<!-- (test\/readme\/\S+) -->\n```ts\n(.*?)```/gs

const read = (file: string): Promise<string> => readFile(join(import.meta.dirname, '..', file), 'utf8')

test('every example of the README is a file here, which is compiled and run', async () => {
  const readme = await read('README.md')
  const examples = [...readme.matchAll(EXAMPLE)]
  expect(examples.length).toBe(readme.split('```ts').length - 1)
  for (const [, file = '', code] of examples) expect(code).toBe(await read(file))
})

const url = inject('mongoUrl')

describe.skipIf(url === undefined)('of the examples', () => {
  const client = new MongoClient(url ?? 'mongodb://127.0.0.1:1')
  const shop = client.db('shop')

  beforeAll(async () => {
    process.env['MONGODB_URL'] = url
    await shop.dropDatabase()
    await Promise.all([shop.createCollection('accounts'), shop.createCollection('orders')])
  })
  afterAll(async () => {
    const start = await import('./readme/start')
    await start.client.close()
    await shop.dropDatabase()
    await client.close()
  })

  test('the transfer moves money once, however often it is asked for', async () => {
    const { transfer } = await import('./readme/transfer')
    const accounts = shop.collection<{ _id: string; balance: number }>('accounts')
    await accounts.insertMany([
      { _id: 'alice', balance: 100 },
      { _id: 'bob', balance: 0 },
    ])
    const order = { id: '1', from: 'alice', to: 'bob', amount: 30 }
    const answers = await Promise.all([1, 2, 3].map(() => transfer(order)))
    expect(answers).toEqual([{ left: 70 }, { left: 70 }, { left: 70 }])
    await expect(transfer({ ...order, amount: 40 })).rejects.toMatchObject({ code: 'FINGERPRINT_MISMATCH' })
    await expect(transfer({ ...order, id: '2', amount: 80 })).rejects.toThrow('not enough money')
    expect(await accounts.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'alice', balance: 70 },
      { _id: 'bob', balance: 30 },
    ])
  })

  test('the order is shipped once', async () => {
    const { ship } = await import('./readme/ship')
    await shop.collection<{ _id: string; status: string }>('orders').insertOne({ _id: '1', status: 'paid' })
    const shipped = await Promise.all([1, 2, 3].map(() => ship('1')))
    expect(shipped.filter(Boolean)).toHaveLength(1)
  })

  test('the mutex excludes', async () => {
    const { mutex } = await import('./readme/mutex')
    let inside = 0
    const runs = [1, 2, 3].map(() =>
      mutex.run('stock', async () => {
        expect(++inside).toBe(1)
        await shop.command({ ping: 1 })
        inside--
      }),
    )
    await Promise.all(runs)
  })
})
