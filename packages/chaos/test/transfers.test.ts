import { serverOrSkip } from '@idem/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_FAULTS, NO_FAULTS } from '../src/faults/plan-faults'
import { printReport, printViolation } from '../src/print-report'
import { mongoTarget } from '../src/targets/mongo/mongo-target'
import { postgresTarget } from '../src/targets/postgres/postgres-target'
import type { RunServer } from '../src/targets/target'
import { runTransfers } from '../src/transfers/run-transfers'

/** Two thirds of the usual: as many faults, closer together. */
const DURATION_MS = 12_000

const banks = [
  { title: 'PostgreSQL', target: postgresTarget, transfers: 120, callers: 5 },
  { title: 'MongoDB', target: mongoTarget, transfers: 50, callers: 4 },
]

for (const { title, target, transfers, callers } of banks) {
  const server = serverOrSkip(`a ${title} for transfers`, await target.start()) as RunServer
  afterAll(() => server?.stop(), 120_000)

  describe.skipIf(server === undefined)(`transfers on ${title}`, { timeout: 240_000 }, () => {
    it('are applied exactly once each, and the total is preserved', async () => {
      const seed = Date.now() % 1_000_000
      const size = { keys: transfers, duplicates: callers, durationMs: DURATION_MS }
      const report = await runTransfers({ target, server, seed, ...size })
      console.log(`seed ${seed}, ${Math.round(report.elapsedMs / 1000)} s\n${printReport(report)}`)

      expect(report.violations.map((violation) => printViolation(violation, seed)).join('\n\n')).toBe('')
      const { restarts } = 'kill' in server ? DEFAULT_FAULTS : NO_FAULTS
      const lostReplies = expect.any(Number)
      // One that stands alone has nobody to take over.
      expect(report.faults).toEqual({ ...DEFAULT_FAULTS, restarts, failovers: 0, lostReplies })
      expect(report.faults.lostReplies).toBeGreaterThan(0)
      // Some are rolled back and begin again.
      expect(report.attempts).toBeGreaterThan(report.histories)
      // Each caller of each transfer, and whoever asks in the end.
      expect(report.histories).toBe(transfers)
      expect(report.calls).toBeGreaterThanOrEqual(transfers * (callers + 1))
    })

    it.each([
      {
        broken: 'whose records are kept in transactions of their own',
        teller: 'two-transactions',
        rules: ['every transfer is applied exactly once'],
      },
      {
        broken: 'that are not written in the transaction',
        teller: 'careless-bank',
        rules: ['the total is preserved', 'every transfer is applied exactly once'],
      },
    ])('are seen to go wrong, $broken', async ({ teller, rules }) => {
      const size = {
        keys: 80,
        durationMs: 5000,
        // Some are in vain for ever.
        drainMs: 5000,
        faults: { ...NO_FAULTS, kills: 10, cuts: 4, lostReplies: 10, restarts: 1 },
      }
      const worker = new URL(`broken/tellers/${target.name}-${teller}-worker.ts`, import.meta.url)
      const careless = { ...target, bank: { ...target.bank, worker } }
      const { violations } = await runTransfers({ target: careless, server, seed: 1, ...size })
      expect(violations.map(({ rule }) => rule)).toEqual(expect.arrayContaining(rules))
    })
  })
}
