import { afterAll, beforeAll, it } from 'vitest'
import { database, describeOnPostgres } from '../database'
import { type BrokenPlace, brokenPlace } from '../mutants/broken-place'
import { transactionCases } from '../mutants/transaction-cases'

describeOnPostgres('a transaction, beside claims and settles', { timeout: 60_000 }, () => {
  const db = database()
  let place: BrokenPlace
  beforeAll(async () => {
    place = await brokenPlace(db.pool({ max: 10 }), await db.client())
  })
  afterAll(async () => {
    await place?.remove()
    await db.end()
  })

  it.each(Object.entries(transactionCases))('%s', (_, run) => run({ ...place, key: crypto.randomUUID() }))
})
