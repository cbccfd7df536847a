import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../src/check/check-history'
import { addLosses, NO_LOSSES } from '../../src/check/losses'
import type { ChaosEvent } from '../../src/history/event'
import { at, change, facts, failure, takeover, the, third } from './forged-history'

const lossesOf = (events: readonly ChaosEvent[]) => checkHistory(facts(events)).losses

describe('what was lost', () => {
  it('is nothing where a lease ran out or an attempt failed', () => {
    expect(lossesOf(takeover)).toEqual(NO_LOSSES)
    expect(lossesOf(failure)).toEqual(NO_LOSSES)
  })

  it('is a settle, where a handler runs again after its answer was acknowledged', () => {
    expect(lossesOf([...takeover, ...third(650, { attempt: 2 })])).toEqual({ ...NO_LOSSES, ranAgain: 1 })
  })

  it('is no settle, where the claim was on its way before', () => {
    const events = [...takeover.filter(({ at: time }) => time < 600), ...third(550), ...takeover.slice(-10)]
    expect(lossesOf(events).ranAgain).toBe(0)
  })

  it('is a claim, where a handler runs beside another that holds its lease', () => {
    const first = takeover.filter(({ at: time }) => time < 150)
    expect(lossesOf([...first, ...third(140, { attempt: 1 })])).toEqual({ ...NO_LOSSES, atOnce: 1 })
    // Its lease was renewed at 110 last, for 400.
    expect(lossesOf([...first, ...third(502)]).atOnce).toBe(1)
    expect(lossesOf([...first, ...third(504)]).atOnce).toBe(0)
  })

  it('is a step, where one that was saved runs again', () => {
    const again = at(517, '1.1', 'step-ran', { fence: 2000, name: 'step-1', value: 'by B' })
    expect(lossesOf([...takeover, again])).toEqual({ ...NO_LOSSES, stepsAgain: 1 })
    const unsaved = change(takeover, the('step-saved'), undefined)
    expect(lossesOf([...unsaved, again])).toEqual(NO_LOSSES)
  })

  it('is an answer, where callers are given different ones', () => {
    const events = change(takeover, the('answered', { life: '0.2' }), { value: 'another' })
    expect(lossesOf(events)).toEqual({ ...NO_LOSSES, answersDiffer: 1 })
  })

  it('is added up', () => {
    const one = { ranAgain: 1, atOnce: 2, stepsAgain: 3, answersDiffer: 4 }
    const other = { ranAgain: 10, atOnce: 20, stepsAgain: 30, answersDiffer: 40 }
    expect(addLosses(one, other)).toEqual({ ranAgain: 11, atOnce: 22, stepsAgain: 33, answersDiffer: 44 })
  })
})
