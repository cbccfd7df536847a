import { expect, it } from 'vitest'
import type { AtSize } from '../../src/sizes/report-sizes'
import { mongoSizes, postgresSizes, redisSizes, type SizedStore } from '../../src/sizes/sized-store'
import { sizes } from '../../src/sizes/sizes'
import { mongoIsThere, onTestMongo } from '../support/mongo'
import { onTestPostgres, postgresIsThere } from '../support/postgres'
import { testRedis } from '../support/redis'
import { trialSettings } from '../support/trial-settings'
import { withVariable } from '../support/with-variable'

const redis = testRedis()

/** The sizes that were measured; after each the store was emptied, and in the end closed. */
async function measuresSizes(open: () => Promise<SizedStore>): Promise<void> {
  const log: string[] = []
  const watched = async (): Promise<SizedStore> => {
    const store = await open()
    return {
      ...store,
      tidy: () => store.tidy().then(() => void log.push('tidied')),
      close: () => store.close().then(() => void log.push('closed')),
    }
  }
  const trial = sizes({ name: 'two', title: 'Two', open: watched, sizes: [100, 2e5], calls: () => 3 })
  const { text, figures, plot } = await trial.run(trialSettings({ rounds: 1 }))
  const measured = (figures as { sizes: readonly AtSize[] }).sizes
  expect(measured.map(({ bytes }) => bytes)).toEqual([100, 2e5])
  for (const { roundTrips, rawFirst, first, rawReplay, replay } of measured) {
    expect(roundTrips).toEqual({ first: 2, replay: 1 })
    for (const [figure, ...more] of [rawFirst, first, rawReplay, replay]) {
      expect(figure).toBeGreaterThan(0)
      expect(more).toEqual([])
    }
  }
  expect(log).toEqual(['tidied', 'tidied', 'closed'])
  expect(text).toMatch(/\n\| 100 B .*\n\| 200 KB .*$/)
  expect(plot?.name).toBe('sizes-two')
  expect(plot?.svg).toContain('>200 KB</text>')
}

it.skipIf(!redis.isThere)('answers of many sizes are kept in Redis, in as many round trips', async () => {
  await measuresSizes(() => withVariable('REDIS_URL', redis.url, redisSizes))
})

it.skipIf(!postgresIsThere)(
  'answers of many sizes are kept in PostgreSQL, in as many round trips',
  async () => {
    await measuresSizes(() => onTestPostgres(postgresSizes))
  },
)

it.skipIf(!mongoIsThere)('answers of many sizes are kept in MongoDB, in as many round trips', async () => {
  await measuresSizes(() => onTestMongo(mongoSizes))
})
