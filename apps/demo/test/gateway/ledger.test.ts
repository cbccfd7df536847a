import { expect, test } from 'vitest'
import { Ledger, total } from '../../src/gateway/ledger'

const order = (idempotencyKey: string, amount = 10n) => ({ idempotencyKey, token: 't', userId: 'u', amount })

test('a ledger forgets its oldest charge when it is full, and no other', () => {
  const ledger = new Ledger(2)
  const [one, two, three] = ['1', '2', '3'].map((key) => ledger.charge(order(key)))
  expect(ledger.charges()).toEqual([three, two])
  expect(ledger.charge(order('2'))).toBe(two)
  expect(ledger.charge(order('1')).id).not.toBe(one?.id)
})

test('a total is not rounded', () => {
  const ledger = new Ledger()
  for (const key of ['1', '2', '3']) ledger.charge(order(key))
  expect(total(ledger.charges())).toBe('0.30')
  ledger.charge(order('4', 100_000_000_000_000n))
  expect(total(ledger.charges())).toBe('1000000000000.30')
})
