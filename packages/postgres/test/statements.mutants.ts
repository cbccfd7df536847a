import { storeFailures } from '@idem/conformance'
import { answersAsInMemory } from './mutants/as-in-memory'
import { claimMutants } from './mutants/claim-mutants'
import { describeMutants } from './mutants/describe-mutants'
import { otherMutants } from './mutants/other-mutants'
import { batchCases, ownCases, slowCases } from './mutants/own-cases'
import { settleMutants } from './mutants/settle-mutants'
import { transactionCases } from './mutants/transaction-cases'

describeMutants('functions and statements of records', {
  mutants: [...claimMutants, ...settleMutants, ...otherMutants],
  first: (file) => ({
    'answers as in memory': (scene) => answersAsInMemory(scene, file),
    ...(file.endsWith('-all') && batchCases),
    ...ownCases,
    ...(file.includes('-claim') && slowCases),
    ...(file.endsWith('-watch') && transactionCases),
  }),
  last: batchCases,
  conformance: ({ store, advance }, terms) => storeFailures({ create: () => ({ store, advance }), ...terms }),
})
