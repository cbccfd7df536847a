import type { ChaosReport } from './chaos-options'
import type { Finding } from './check/check-history'
import { addLosses } from './check/losses'
import { type FaultCounts, mapFaults } from './faults/plan-faults'
import type { ChaosEvent } from './history/event'

/** What a run came to, counted. */
export function makeReport(
  run: Pick<ChaosReport, 'seed' | 'elapsedMs' | 'histories'>,
  events: readonly ChaosEvent[],
  faults: FaultCounts,
  { violations, losses }: Finding,
): ChaosReport {
  const count = (counts: (event: ChaosEvent) => boolean): number => events.filter(counts).length
  return {
    ...run,
    calls: count(({ type }) => type === 'called'),
    answers: count(({ type }) => type === 'answered'),
    attempts: count(({ type }) => type === 'began'),
    takeovers: count((event) => event.type === 'began' && event.takeover),
    lateWrites: count((event) => event.type === 'settled' && !event.accepted),
    faults,
    violations,
    losses,
  }
}

/** What several runs came to together. */
export function addReports(one: ChaosReport, other: ChaosReport): ChaosReport {
  const sum = (
    name: 'elapsedMs' | 'histories' | 'calls' | 'answers' | 'attempts' | 'takeovers' | 'lateWrites',
  ) => one[name] + other[name]
  return {
    seed: one.seed,
    elapsedMs: sum('elapsedMs'),
    histories: sum('histories'),
    calls: sum('calls'),
    answers: sum('answers'),
    attempts: sum('attempts'),
    takeovers: sum('takeovers'),
    lateWrites: sum('lateWrites'),
    faults: mapFaults((kind) => one.faults[kind] + other.faults[kind]),
    violations: [...one.violations, ...other.violations],
    losses: addLosses(one.losses, other.losses),
  }
}
