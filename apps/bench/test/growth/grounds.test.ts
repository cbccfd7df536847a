import { expect, inject, it, onTestFinished } from 'vitest'
import { grownKey } from '../../src/growth/grown-store'
import type { Ground } from '../../src/growth/growth'
import { latenciesOf } from '../../src/growth/latency'
import { mongoGround } from '../../src/growth/mongo-ground'
import { postgresGround } from '../../src/growth/postgres-ground'
import { redisGround } from '../../src/growth/redis-ground'
import { ANSWER_TEXT } from '../../src/work/answer'
import { mongoIsThere, onTestMongo } from '../support/mongo'
import { onTestPostgres, postgresIsThere } from '../support/postgres'

const filling = { signal: new AbortController().signal, filled: () => {} }

async function growsAsStoresDo({ grown, small, mark, close }: Ground): Promise<void> {
  onTestFinished(close)
  const { taken: before } = await grown.space()
  await grown.fill(0, 100, filling)
  await grown.fill(100, 300, filling)
  await grown.settle()
  for (const number of [0, 1, 99, 100, 299]) {
    expect(await grown.store.get(grownKey(mark, number))).toMatchObject({
      state: 'succeeded',
      value: ANSWER_TEXT,
      attempt: 1,
      fingerprint: expect.stringMatching(/^.{24}$/),
      owner: expect.stringMatching(/^.{36}$/),
    })
  }
  expect(await grown.store.get(grownKey(mark, 300))).toBeUndefined()
  expect(await small.store.get(grownKey(mark, 0))).toBeUndefined()
  const { taken, free } = await grown.space()
  expect(taken - before).toBeGreaterThan(300 * ANSWER_TEXT.length)
  expect(free).toBeGreaterThan(0)

  const latencies = await latenciesOf([{ store: grown, records: 300 }], mark)
  expect(latencies).toEqual([{ claim: expect.any(Number), replay: expect.any(Number) }])
  for (const micros of Object.values(latencies[0] ?? {})) expect(micros).toBeGreaterThan(0)
  const { records } = await grown.store.list({ prefix: 'idem:::', limit: 1000 })
  expect(new Set(records.map(({ key }) => key)).size).toBe(300)

  const stopped = { ...filling, signal: AbortSignal.abort(new Error('ended')) }
  await expect(grown.fill(300, 400, stopped)).rejects.toThrow('ended')
}

it.skipIf(!postgresIsThere)('a table of PostgreSQL grows, is measured and left as it was', async () => {
  await growsAsStoresDo(await onTestPostgres(postgresGround))
})

it.skipIf(inject('redisUrl') === undefined)(
  'a server of Redis grows, is measured and left as it was',
  async () => {
    await growsAsStoresDo(await redisGround())
  },
)

it.skipIf(!mongoIsThere)('a collection of MongoDB grows, is measured and left as it was', async () => {
  await growsAsStoresDo(await onTestMongo(mongoGround))
})
