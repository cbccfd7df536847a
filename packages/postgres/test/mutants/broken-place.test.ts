import { afterAll, expect, it } from 'vitest'
import { claimOf } from '../claims'
import { database, describeOnPostgres } from '../database'
import { type BrokenPlace, brokenPlace } from './broken-place'
import { otherMutants } from './other-mutants'
import type { SqlMutant } from './sql-mutant'

const HOUR_MS = 3_600_000

describeOnPostgres('a place to break SQL in', () => {
  const db = database()
  afterAll(() => db.end())

  async function inPlace<T>(
    mutant: SqlMutant | undefined,
    use: (place: BrokenPlace) => Promise<T>,
  ): Promise<T> {
    const place = await brokenPlace(db.pool({ max: 2 }), await db.client(), mutant)
    try {
      return await use(place)
    } finally {
      await place.remove()
    }
  }

  it('has a clock that goes as it is told, for functions and for statements', () =>
    inPlace(undefined, async ({ store, advance }) => {
      const claim = claimOf('key', { leaseMs: HOUR_MS, keepMs: 3 * HOUR_MS })
      await store.claim(claim)
      await advance(2 * HOUR_MS)
      expect(await store.get('key')).toMatchObject({ state: 'abandoned' })
      expect(await store.claim({ ...claim, owner: 'another' })).toMatchObject({
        type: 'acquired',
        attempt: 2,
      })
    }))

  it('has the statement that is broken, and not the sound one', () =>
    inPlace(
      otherMutants.find(({ file }) => file === 'statements/get'),
      async ({ store, advance }) => {
        await store.claim(claimOf('key', { leaseMs: HOUR_MS, keepMs: HOUR_MS }))
        await advance(2 * HOUR_MS)
        expect(await store.get('key')).toBeDefined()
      },
    ))
})
