import type { ChaosReport } from '../src/chaos-options'
import { NO_LOSSES } from '../src/check/losses'
import { NO_FAULTS } from '../src/faults/plan-faults'

/** A report in which nothing went wrong, but for what is given. */
export const madeReport = (given: Partial<ChaosReport> = {}): ChaosReport => ({
  seed: 1,
  elapsedMs: 20_000,
  histories: 40,
  calls: 1100,
  answers: 1000,
  attempts: 70,
  takeovers: 20,
  lateWrites: 10,
  faults: { ...NO_FAULTS, kills: 14, failovers: 2 },
  violations: [],
  losses: NO_LOSSES,
  ...given,
})

/** Two violations of one key, and one of no key. */
export const madeViolations = () => {
  const history = ['an event']
  return [
    { rule: 'one answer', key: 'key-0', message: 'two', history },
    { rule: 'fences only grow', key: 'key-0', message: 'no', history },
    { rule: 'one answer', message: 'three', history: [] },
  ]
}
