import { expect, test } from 'vitest'
import { STAGES, type Stage, stagesOf } from '../../src/storm/stages'

const OPTIONS = { duplicates: 7, delayMs: [20, 60], slowMs: 1500, seed: 1 } as const

function firstCalls({ calls }: Stage) {
  const all = calls()
  return Array.from({ length: 5 }, () => all.next().value)
}

test('four payments: the second of the same user and amount as the first, none under the same token', () => {
  const stages = stagesOf(OPTIONS)
  expect(stages.map(({ name }) => name)).toEqual(STAGES)
  const payments = stages.map(({ payment }) => payment)
  expect(new Set(payments.map(({ token }) => token)).size).toBe(4)
  const [first, second, third, fourth] = payments
  expect(second).toEqual({ ...first, token: second?.token })
  expect(new Set([first, third, fourth].map((payment) => payment?.userId)).size).toBe(3)
  expect(stages.map(({ clients }) => clients)).toEqual([7, 1, 1, 7])
})

test('every way meets the same charges, and nobody the same payments', () => {
  const [one, other] = [stagesOf(OPTIONS), stagesOf(OPTIONS)]
  expect(one.map(firstCalls)).toEqual(other.map(firstCalls))
  expect(one.map(({ payment }) => payment)).not.toEqual(other.map(({ payment }) => payment))
  expect(one.map(firstCalls)).not.toEqual(stagesOf({ ...OPTIONS, seed: 2 }).map(firstCalls))
})

test('one charge is refused, the first of its payment; one is slow, the first of its payment', () => {
  const all = stagesOf(OPTIONS).map((stage) => firstCalls(stage))
  const refused = all.map((calls) => calls.map((call) => call.refused))
  expect(refused.flat().filter(Boolean)).toHaveLength(1)
  expect(refused[STAGES.indexOf('refused at first')]?.[0]).toBe(true)
  const slow = all.map((calls) => calls.map(({ ms }) => ms === 1500))
  expect(slow.flat().filter(Boolean)).toHaveLength(1)
  expect(slow[STAGES.indexOf('slow charge')]?.[0]).toBe(true)
  const others = all.flat().filter(({ ms }) => ms !== 1500)
  for (const { ms } of others) expect(ms >= 20 && ms <= 60).toBe(true)
  expect(new Set(others.map(({ ms }) => ms)).size).toBeGreaterThan(10)
})
