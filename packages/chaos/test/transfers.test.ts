import { type PrivateServer, serverOrSkip } from '@idem/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_FAULTS } from '../src/faults/plan-faults'
import { printReport, printViolation } from '../src/print-report'
import { postgresTarget } from '../src/targets/postgres/postgres-target'
import { runTransfers } from '../src/transfers/run-transfers'

const server = serverOrSkip('a private PostgreSQL', await postgresTarget.start()) as PrivateServer
afterAll(() => server?.stop())

describe.skipIf(server === undefined)('transfers on PostgreSQL', { timeout: 120_000 }, () => {
  it('are applied exactly once each, and the total is preserved', async () => {
    const seed = Date.now() % 1_000_000
    const report = await runTransfers({ server, seed })
    console.log(`seed ${seed}, ${Math.round(report.elapsedMs / 1000)} s\n${printReport(report)}`)

    expect(report.violations.map((violation) => printViolation(violation, seed)).join('\n\n')).toBe('')
    expect(report.faults).toEqual({ ...DEFAULT_FAULTS, lostReplies: expect.any(Number) })
    expect(report.faults.lostReplies).toBeGreaterThan(0)
    // Some are rolled back and begin again.
    expect(report.attempts).toBeGreaterThan(report.histories)
    // Each of 6 callers of each of 200 transfers, and whoever asks in the end.
    expect(report.calls).toBeGreaterThanOrEqual(200 * 7)
  })

  it.each([
    {
      broken: 'whose records are kept in transactions of their own',
      worker: 'two-transactions-worker.ts',
      rules: ['every transfer is applied exactly once'],
    },
    {
      broken: 'that are not written in the transaction',
      worker: 'careless-bank-worker.ts',
      rules: ['the total is preserved', 'every transfer is applied exactly once'],
    },
  ])('are seen to go wrong, $broken', async ({ worker, rules }) => {
    const size = {
      keys: 80,
      durationMs: 5000,
      faults: { kills: 10, stops: 0, cuts: 4, lostReplies: 10, restarts: 1 },
    }
    const url = new URL(`broken/${worker}`, import.meta.url)
    const { violations } = await runTransfers({ server, seed: 1, ...size }, url)
    expect(violations.map(({ rule }) => rule)).toEqual(expect.arrayContaining(rules))
  })
})
