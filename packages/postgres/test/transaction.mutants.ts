import { describeMutants } from './mutants/describe-mutants'
import { transactionCases } from './mutants/transaction-cases'
import { transactionMutants } from './mutants/transaction-mutants'

describeMutants('functions of transactions', {
  mutants: transactionMutants,
  first: () => transactionCases,
  last: {},
  conformance: async function* () {},
})
