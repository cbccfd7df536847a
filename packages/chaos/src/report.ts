import type { ChaosReport } from './chaos-options'
import type { Violation } from './check/violation'
import type { FaultCounts } from './faults/plan-faults'
import type { ChaosEvent } from './history/event'

/** What a run came to, counted. */
export function makeReport(
  seed: number,
  elapsedMs: number,
  events: readonly ChaosEvent[],
  faults: FaultCounts,
  histories: number,
  violations: readonly Violation[],
): ChaosReport {
  const count = (counts: (event: ChaosEvent) => boolean): number => events.filter(counts).length
  return {
    seed,
    elapsedMs,
    histories,
    calls: count(({ type }) => type === 'called'),
    answers: count(({ type }) => type === 'answered'),
    attempts: count(({ type }) => type === 'began'),
    takeovers: count((event) => event.type === 'began' && event.takeover),
    lateWrites: count((event) => event.type === 'settled' && !event.accepted),
    faults,
    violations,
  }
}

/** What several runs came to together. */
export function addReports(one: ChaosReport, other: ChaosReport): ChaosReport {
  const sum = (
    name: 'elapsedMs' | 'histories' | 'calls' | 'answers' | 'attempts' | 'takeovers' | 'lateWrites',
  ) => one[name] + other[name]
  const faults = { ...one.faults }
  for (const kind of Object.keys(faults) as (keyof FaultCounts)[]) faults[kind] += other.faults[kind]
  return {
    seed: one.seed,
    elapsedMs: sum('elapsedMs'),
    histories: sum('histories'),
    calls: sum('calls'),
    answers: sum('answers'),
    attempts: sum('attempts'),
    takeovers: sum('takeovers'),
    lateWrites: sum('lateWrites'),
    faults,
    notKilled: one.notKilled ?? other.notKilled,
    violations: [...one.violations, ...other.violations],
  }
}
