import { describe, expect, it } from 'vitest'
import { NO_FAULTS } from '../src/faults/plan-faults'
import { progressLine, progressOn } from '../src/progress'
import type { RoundsProgress } from '../src/run-rounds'
import { madeReport, madeViolations } from './made-report'

const progress: RoundsProgress = {
  round: 3,
  share: 0.25,
  total: madeReport({ violations: madeViolations() }),
  elapsedMs: 12_345,
  phase: 'chaos',
  faults: { ...NO_FAULTS, kills: 4 },
}

describe('progressLine', () => {
  it('tells how much is done, and what came of it so far', () => {
    expect(progressLine(progress)).toBe(
      '[#####---------------] 25 %  round 3, 40 histories, 20 faults, 3 violations, chaos 12 s',
    )
  })

  it('tells of the first round', () => {
    expect(progressLine({ ...progress, share: 0, round: 1, total: undefined })).toBe(
      '[--------------------] 0 %  round 1, 0 histories, 4 faults, 0 violations, chaos 12 s',
    )
  })

  it('is no wider than where it is shown', () => {
    expect(progressLine(progress, 30)).toBe('[#####---------------] 25 %  r')
  })
})

describe('progressOn', () => {
  const shownOn = (terminal: object): string => {
    let written = ''
    const stream = { ...terminal, write: (text: string) => (written += text) }
    const { tell, clear } = progressOn(stream as unknown as NodeJS.WriteStream)
    tell(progress)
    clear()
    return written
  }

  it('writes over its line where somebody watches', () => {
    expect(shownOn({ isTTY: true, columns: 11 })).toBe('\r\x1b[K[#####----\r\x1b[K')
  })

  it('writes nothing where nobody does', () => {
    expect(shownOn({ isTTY: false })).toBe('')
  })
})
