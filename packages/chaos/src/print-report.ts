import type { ChaosReport } from './chaos-options'
import type { Losses } from './check/losses'
import type { Violation } from './check/violation'
import { FAULT_NAMES, type FaultCounts } from './faults/plan-faults'

const LONGEST_HISTORY = 400

const LOSSES: Readonly<Record<keyof Losses, string>> = {
  ranAgain: 'attempts that ran although an answer had been acknowledged',
  atOnce: 'attempts that ran beside another, which held its lease',
  stepsAgain: 'steps that ran again although they had been saved',
  answersDiffer: 'keys whose callers were given more than one answer',
}

export function printReport(report: ChaosReport, leftOut: readonly string[] = []): string {
  const { histories, calls, answers, attempts, takeovers, lateWrites, faults, violations, losses } = report
  const kinds = Object.keys(FAULT_NAMES) as (keyof FaultCounts)[]
  const rows: [string, number][] = [
    ['histories', histories],
    ['calls', calls],
    ['answers', answers],
    ['attempts', attempts],
    ['takeovers', takeovers],
    ['late writes refused', lateWrites],
    ...kinds.map((kind): [string, number] => [FAULT_NAMES[kind], faults[kind]]),
    ['violations', violations.length],
  ]
  const lines = rows.map(([name, value]) => `${name.padEnd(20)} ${String(value).padStart(8)}`)
  if (violations.length > 0) {
    lines.push('', `${keysOf(violations)} of ${histories} histories break a rule:`)
    for (const [rule, own] of byRule(violations)) {
      lines.push(`${String(own.length).padStart(8)}  ${rule}`)
    }
  }
  const lost = (Object.keys(LOSSES) as (keyof Losses)[]).filter((kind) => losses[kind] > 0)
  if (lost.length > 0) {
    lines.push('', 'What was acknowledged and then forgotten has made:')
    for (const kind of lost) lines.push(`${String(losses[kind]).padStart(8)}  ${LOSSES[kind]}`)
  }
  if (leftOut.length > 0) lines.push('', ...leftOut.map((one) => `LEFT OUT: ${one}`))
  return lines.join('\n')
}

/** How many histories they are of; rounds have keys of the same names. */
const keysOf = (violations: readonly Violation[]): number =>
  new Set(violations.flatMap(({ key, history }) => (key === undefined ? [] : [history]))).size

export function byRule(violations: readonly Violation[]): Map<string, Violation[]> {
  const rules = new Map<string, Violation[]>()
  for (const violation of violations) {
    rules.set(violation.rule, [...(rules.get(violation.rule) ?? []), violation])
  }
  return rules
}

export function printViolation({ rule, key, message, history }: Violation, seed: number): string {
  const events = history.slice(-LONGEST_HISTORY)
  const left = history.length - events.length
  return [
    ...(left > 0 ? [`… ${left} events before`] : []),
    ...events,
    `✗ ${rule}${key === undefined ? '' : `, ${key}`}: ${message}`,
    `seed: ${seed}`,
  ].join('\n')
}
