import { describe, expect, it } from 'vitest'
import { NO_LOSSES } from '../src/check/losses'
import { printReport, printViolation } from '../src/print-report'
import { madeReport, madeViolations } from './made-report'

describe('printReport', () => {
  it('counts each kind of fault, and says nothing of what there was not', () => {
    const printed = printReport(madeReport())
    expect(printed).toMatch(/^histories +40$/m)
    expect(printed).toMatch(/^processes killed +14$/m)
    expect(printed).toMatch(/^connections delayed +0$/m)
    expect(printed).toMatch(/^failovers +2$/m)
    expect(printed).toMatch(/^violations +0$/m)
    expect(printed).not.toMatch(/break a rule|forgotten|LEFT OUT/)
  })

  it('says which rules are broken, in how many histories, and what was lost', () => {
    const losses = { ...NO_LOSSES, ranAgain: 3 }
    const printed = printReport(madeReport({ violations: madeViolations(), losses }))
    expect(printed).toMatch(/^violations +3$/m)
    expect(printed).toContain('1 of 40 histories break a rule:')
    expect(printed).toMatch(/^ +2 {2}one answer$/m)
    expect(printed).toMatch(/^ +1 {2}fences only grow$/m)
    expect(printed).toMatch(/^ +3 {2}attempts that ran although an answer had been acknowledged$/m)
    expect(printed).not.toContain('beside another')
  })

  it('says what there was none of', () => {
    expect(printReport(madeReport(), ['failovers: nobody'])).toMatch(/^LEFT OUT: failovers: nobody$/m)
  })
})

describe('printViolation', () => {
  it('shows the end of a long history', () => {
    const history = Array.from({ length: 402 }, (_, index) => `event ${index}`)
    const lines = printViolation({ rule: 'a rule', key: 'key-0', message: 'no', history }, 7).split('\n')
    expect(lines.slice(0, 2)).toEqual(['… 2 events before', 'event 2'])
    expect(lines.slice(-2)).toEqual(['✗ a rule, key-0: no', 'seed: 7'])
  })
})
