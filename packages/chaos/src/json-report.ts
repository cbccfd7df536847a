import { byRule } from './print-report'
import type { RoundsReport } from './run-rounds'
import type { Settings } from './settings'

/** A report for machines: what was run and when, and all counts of it. */
export function jsonReport(
  { target, bank, replication, seed }: Settings,
  { rounds, total, leftOut }: RoundsReport,
  { startedAt, args }: { readonly startedAt: Date; readonly args: readonly string[] },
): string {
  const { violations = [], ...counts } = total ?? {}
  const rules = Object.fromEntries([...byRule(violations)].map(([rule, own]) => [rule, own.length]))
  const report = {
    program: 'chaos',
    args,
    startedAt: startedAt.toISOString(),
    node: process.version,
    store: target.name,
    transfers: bank !== undefined,
    replication,
    rounds,
    ...counts,
    seed,
    violations: violations.length,
    violationsByRule: rules,
    leftOut,
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}
