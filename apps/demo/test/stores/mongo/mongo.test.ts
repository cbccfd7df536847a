import { describe, expect, test, vi } from 'vitest'
import { mongo as kind } from '../../../src/stores/mongo/mongo'
import { order } from '../../support/demo'
import { startOn } from '../../support/opened'
import { ownMongo } from '../../support/own-mongo'

vi.setConfig({ testTimeout: 30_000 })

const own = await ownMongo()

describe.skipIf(own === undefined)('records and payments in MongoDB', () => {
  test('no password is shown of a server that does not let us in', async () => {
    const url = new URL(own?.url ?? '')
    Object.assign(url, { username: 'teller', password: 'secret' })
    await expect(kind.locate({ MONGODB_URL: url.href })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/no MongoDB answers at 127\.0\.0\.1:\d+: (?!.*secret)/),
    })
  })

  test('all collections have names that set them apart from those of others', async () => {
    await kind.locate({ MONGODB_URL: own?.url })
    const demo = await startOn(kind, own?.url)
    expect((await demo.pay(order())).code).toBe(200)
    await demo.tables('orders').insert('a', {})
    const collections = await own?.look().listCollections().toArray()
    expect(collections?.map(({ name }) => name).sort()).toEqual([
      'demo.locks',
      'demo.payments',
      'demo.records',
      'demo.rows',
    ])
  })
})

test('an address that none can be is refused with what one is like', async () => {
  await expect(kind.locate({ MONGODB_URL: 'mongodb://' })).rejects.toMatchObject({
    name: 'StartError',
    message: 'MONGODB_URL must be like mongodb://user:password@localhost:27017/database',
  })
})
