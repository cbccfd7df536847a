import type { ChaosReport } from './chaos-options'
import type { Violation } from './check/violation'

const LONGEST_HISTORY = 400

export function printReport(report: ChaosReport): string {
  const { histories, calls, answers, attempts, takeovers, lateWrites, faults, notKilled, violations } = report
  const { kills, stops, cuts, lostReplies, restarts } = faults
  const rows: [string, number][] = [
    ['histories', histories],
    ['calls', calls],
    ['answers', answers],
    ['attempts', attempts],
    ['takeovers', takeovers],
    ['late writes refused', lateWrites],
    ['processes killed', kills],
    ['processes stopped', stops],
    ['connections cut', cuts],
    ['replies lost', lostReplies],
    ['server restarts', restarts],
    ['violations', violations.length],
  ]
  const lines = rows.map(([name, value]) => `${name.padEnd(20)} ${String(value).padStart(8)}`)
  if (notKilled !== undefined) {
    lines.push('', 'LEFT OUT: server restarts, for there is none that may be killed:', notKilled)
  }
  return lines.join('\n')
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
