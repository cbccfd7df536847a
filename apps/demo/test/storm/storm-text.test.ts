import { expect, test } from 'vitest'
import type { StormReport, StormRow } from '../../src/storm/storm-report'
import { stormText } from '../../src/storm/storm-text'

const FINE: StormRow = {
  way: 'idem: store claim',
  idem: true,
  store: 'redis',
  right: true,
  intended: 1,
  charges: 1,
  clients: 10,
  answers: 10,
  wrong: { otherOrder: 0, unpaid: 0, refused: 0, failedForEver: 0 },
  wrongAnswers: 0,
  ms: 12,
  stages: [],
}

const report = (...rows: StormRow[]): StormReport => ({
  duplicates: 10,
  processes: 4,
  leaseMs: 1000,
  slowMs: 1500,
  right: false,
  ms: 100,
  rows,
})

const WRONG: StormRow = {
  ...FINE,
  way: 'a wrong way',
  store: 'memory',
  idem: false,
  right: false,
  charges: 12,
}

test('columns stand below their heads, numbers at the right', () => {
  const table = stormText(report(FINE, WRONG), false).split('\n').slice(4, 7)
  expect(table).toEqual([
    'store   way                charges   answers  wrong  ms  what went wrong',
    'redis   idem: store claim   1 of 1  10 of 10      0  12',
    'memory  a wrong way        12 of 1  10 of 10      0  12',
  ])
})

test('what is right is green and what is not is red, where colours are wanted', () => {
  const plain = stormText(report(FINE, WRONG), false).split('\n').slice(5, 7)
  const coloured = stormText(report(FINE, WRONG), true).split('\n').slice(5, 7)
  expect(coloured).toEqual([`\u001b[32m${plain[0]}\u001b[0m`, `\u001b[31m${plain[1]}\u001b[0m`])
})

test("a way of idem's that goes wrong is told to be a bug, and how it went wrong", () => {
  const { stages: _, ...one } = { ...FINE, charges: 3 }
  const bad: StormRow = {
    ...FINE,
    right: false,
    charges: 3,
    answers: 9,
    wrong: { otherOrder: 2, unpaid: 1, refused: 0, failedForEver: 0 },
    wrongAnswers: 3,
    stages: [{ ...one, stage: 'duplicates' }],
    trouble: 'the store is away',
  }
  const text = stormText(report(bad), false)
  expect(text).toContain("These of idem's ways went wrong, which is a bug: idem: store claim on redis.")
  expect(text).toContain(
    '2 charged too much, 2 got another order for the same payment, 1 got an order that is not paid, ' +
      '1 without an answer (the store is away)',
  )
})
