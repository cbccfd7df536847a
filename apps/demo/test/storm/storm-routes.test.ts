import { MemoryLockStore } from '@idem/core'
import { expect, test } from 'vitest'
import type { StormProgress } from '../../src/storm/storm-report'
import { stormRoutes } from '../../src/storm/storm-routes'
import { WAYS } from '../../src/storm/ways'
import { openShop } from '../support/shop'

const CLAIM = 'idem: store claim'

/** The routes on the memory store; the slow charge takes as long as is said. */
async function stormy(slowMs = 300, locks = new MemoryLockStore()) {
  const progress: StormProgress[] = []
  let heard = () => {}
  const begun = new Promise<void>((resolve) => {
    heard = resolve
  })
  const scenario = stormRoutes({
    stores: [{ name: 'memory', url: '' }],
    locks,
    onProgress: (step) => {
      progress.push(step)
      heard()
    },
    storm: { gateway: { slowMs } },
  })
  return { ...(await openShop(() => scenario)), scenario, progress, begun, locks }
}

test('a storm is answered with its report', async () => {
  const shop = await stormy()
  const { code, body } = await shop.post('/storm', { duplicates: 5, ways: [CLAIM, 'no protection'] })
  expect(code).toBe(200)
  expect(body).toMatchObject({ status: 'SUCCESS', duplicates: 5, right: true })
  expect(body.message).toContain('charged once')
  expect(body.rows).toMatchObject([
    { way: 'no protection', store: 'memory', idem: false, right: false, charges: 12, intended: 4 },
    { way: CLAIM, store: 'memory', idem: true, right: true, charges: 4, answers: 12, wrongAnswers: 0 },
  ])
  expect(shop.progress.at(-1)).toMatchObject({ way: CLAIM, done: 12, of: 12, row: 2, rows: 2 })
})

test('without ways and duplicates, it is all ways and 100 clients', async () => {
  const shop = await stormy(60_000)
  const storm = shop.post('/storm')
  await shop.begun
  expect(shop.progress[0]).toMatchObject({ of: 202, rows: WAYS.length - 1 })
  await shop.scenario.stop?.()
  expect((await storm).code).toBe(503)
})

test('a second storm while one blows is refused, also in another process; afterwards one may blow again', async () => {
  const shop = await stormy(60_000)
  const other = await stormy(300, shop.locks)
  const first = shop.post('/storm', { duplicates: 2 })
  await shop.begun
  for (const { post } of [shop, other]) {
    const second = await post('/storm', { duplicates: 2 })
    expect(second.code).toBe(409)
    expect(second.body).toMatchObject({ status: 'RETRY', message: expect.stringContaining('already') })
    expect(second.headers.get('Retry-After')).toBe('10')
  }
  await shop.scenario.stop?.()
  expect(await first).toMatchObject({ code: 503, body: { message: expect.stringContaining('stopping') } })
  expect((await other.post('/storm', { duplicates: 1, ways: [CLAIM] })).code).toBe(200)
  expect((await other.post('/storm', { duplicates: 1, ways: [CLAIM] })).code).toBe(200)
})

test.each([
  [{ duplicates: 0 }, 'duplicates', 'a whole number from 1 to 2000, or nothing'],
  [{ duplicates: 2001 }, 'duplicates', 'a whole number from 1 to 2000, or nothing'],
  [{ duplicates: '5' }, 'duplicates', 'a whole number from 1 to 2000, or nothing'],
  [{ ways: [] }, 'ways', expect.stringContaining('"idem: store claim"')],
  [{ ways: ['prayer'] }, 'ways', expect.stringContaining('"no protection"')],
  [{ ways: 'no protection' }, 'ways', expect.stringContaining('a list of')],
])('%j is refused, and told why', async (body, field, expected) => {
  const shop = await stormy()
  const told = await shop.post('/storm', body)
  expect(told.code).toBe(400)
  expect(told.body.errors).toMatchObject([{ field, expected }])
  expect(shop.progress).toEqual([])
})
