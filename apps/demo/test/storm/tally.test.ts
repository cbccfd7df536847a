import { expect, test } from 'vitest'
import { Ledger } from '../../src/gateway/ledger'
import type { Ending } from '../../src/storm/client'
import { orderOf } from '../../src/storm/storm-gateway'
import { isRight, tally, total } from '../../src/storm/tally'

const NOTHING_WRONG = { otherOrder: 0, unpaid: 0, refused: 0, failedForEver: 0 }

/** A payment that was charged so often: the charges, and the orders. */
function charged(count: number) {
  const ledger = new Ledger()
  for (let index = 0; index < count; index++) {
    ledger.charge({ idempotencyKey: String(index), token: 'a', userId: 'u', amount: 1n })
  }
  const charges = ledger.charges('a')
  return { charges, orders: charges.map(({ id }) => orderOf(id)) }
}

const paid = (order = ''): Ending => ({ type: 'paid', order })

test('one charge, and its order for everybody, is right', () => {
  const { charges, orders } = charged(1)
  const counted = tally(charges, [paid(orders[0]), paid(orders[0])])
  expect(counted).toEqual({
    intended: 1,
    charges: 1,
    clients: 2,
    answers: 2,
    wrong: NOTHING_WRONG,
    wrongAnswers: 0,
  })
  expect(isRight(counted)).toBe(true)
})

test('the order that most clients got is the right one, and any other is wrong', () => {
  const { charges, orders } = charged(3)
  const [first, second, third] = orders
  const counted = tally(charges, [paid(third), paid(first), paid(second), paid(third)])
  expect(counted).toMatchObject({ charges: 3, wrong: { ...NOTHING_WRONG, otherOrder: 2 }, wrongAnswers: 2 })
  expect(isRight(counted)).toBe(false)
})

test('a second charge of which nobody is told is wrong', () => {
  const { charges, orders } = charged(2)
  const counted = tally(charges, [paid(orders[0])])
  expect(counted).toMatchObject({ charges: 2, wrongAnswers: 0 })
  expect(isRight(counted)).toBe(false)
})

test.each<[Ending, object]>([
  [paid('PAY_of_another_payment'), { unpaid: 1 }],
  [{ type: 'refused', message: '' }, { refused: 1 }],
  [{ type: 'failed', message: '' }, { failedForEver: 1 }],
])('%o is a wrong answer', (ending, wrong) => {
  const { charges, orders } = charged(1)
  const counted = tally(charges, [paid(orders[0]), ending])
  expect(counted).toMatchObject({ answers: 2, wrong: { ...NOTHING_WRONG, ...wrong }, wrongAnswers: 1 })
  expect(isRight(counted)).toBe(false)
})

test('a client without an answer has no wrong one, and that is not right either', () => {
  const { charges, orders } = charged(1)
  const counted = tally(charges, [paid(orders[0]), { type: 'unanswered', message: '' }])
  expect(counted).toMatchObject({ clients: 2, answers: 1, wrongAnswers: 0 })
  expect(isRight(counted)).toBe(false)
})

test('a payment charged too often makes up in the sum for none that was never charged', () => {
  const twice = charged(2)
  const sum = total([
    tally(twice.charges, [paid(twice.orders[0])]),
    tally([], [{ type: 'failed', message: '' }]),
  ])
  expect(sum).toMatchObject({ intended: 2, charges: 2, clients: 2, answers: 2, wrongAnswers: 1 })
  expect(isRight(sum)).toBe(false)
})
