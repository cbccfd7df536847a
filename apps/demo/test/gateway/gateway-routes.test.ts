import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'

test('the ledger shows how often a card was really charged', async () => {
  const demo = await startDemo()
  const [one, two] = [order({ amount: '0.10' }), order({ amount: '0.20' })]
  const paid = await demo.pay(one)
  await demo.pay(one)
  await demo.pay(two)
  const all = await demo.get('/gateway/charges')
  expect(all.code).toBe(200)
  expect(all.body).toMatchObject({ status: 'SUCCESS', message: '2 charges', count: 2, total: '0.30' })
  expect(all.body.charges.map((charge: { amount: string }) => charge.amount)).toEqual(['0.20', '0.10'])

  const { body } = await demo.get(`/gateway/charges?token=${one.idempotent_token}`)
  expect(body).toEqual({
    status: 'SUCCESS',
    message: '1 charge',
    count: 1,
    total: '0.10',
    charges: [
      {
        charge_id: paid.body.order_id.slice('PAY_'.length),
        idempotent_token: one.idempotent_token,
        user_id: 'user_123',
        amount: '0.10',
        charged_at: expect.any(String),
      },
    ],
    request_id: expect.stringMatching(/^REQ_./),
  })
})

test('a token that never paid was never charged', async () => {
  const demo = await startDemo()
  expect((await demo.get('/gateway/charges?token=never')).body).toMatchObject({
    count: 0,
    total: '0.00',
    charges: [],
  })
})

test('an empty token is refused', async () => {
  const demo = await startDemo()
  expect((await demo.get('/gateway/charges?token=')).code).toBe(400)
})

test('of many charges the newest hundred are shown, and all are counted', async () => {
  const demo = await startDemo()
  await Promise.all(Array.from({ length: 101 }, () => demo.pay(order({ amount: 1 }))))
  const { body } = await demo.get('/gateway/charges')
  expect(body).toMatchObject({ count: 101, total: '101.00' })
  expect(body.charges).toHaveLength(100)
})
