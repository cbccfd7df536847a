import { expect, test } from 'vitest'
import { hasTransactions } from '../../../src/stores/mongo/has-transactions'

test.each([
  ['a member of a replica set', { setName: 'rs0', isWritablePrimary: true }, true],
  ['a router', { msg: 'isdbgrid', isWritablePrimary: true }, true],
  ['a server that stands alone', { isWritablePrimary: true }, false],
])('%s has transactions: %o is %s', (_, hello, expected) => {
  expect(hasTransactions(hello)).toBe(expected)
})
