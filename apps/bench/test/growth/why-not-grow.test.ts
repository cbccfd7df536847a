import { expect, it } from 'vitest'
import { whyNotGrow } from '../../src/growth/why-not-grow'

const GIB = 2 ** 30
/** 1 KiB a record, a million a minute. */
const last = { records: 1_048_576, bytes: GIB, freeBytes: 20 * GIB, made: 1_048_576, madeInMs: 60_000 }

it('lets a store grow where there is room and time', () => {
  expect(whyNotGrow(10 * last.records, last)).toBeUndefined()
})

it.each([
  [{ freeBytes: 14 * GIB }, 'they would take some 9.0 GiB, and 14.0 GiB are free'],
  [{ freeBytes: undefined }, 'they would take some 9.0 GiB, and what is free cannot be seen'],
  [{ madeInMs: 120_000 }, 'making them would take some 18 minutes'],
])('says why it may not with %j', (own, why) => {
  expect(whyNotGrow(10 * last.records, { ...last, ...own })).toBe(why)
})

it('lets it grow a little where the room cannot be seen', () => {
  expect(whyNotGrow(2 * last.records, { ...last, freeBytes: undefined })).toBeUndefined()
})
