import { type PrivateServer, serverOrSkip, startPrivatePostgres } from '@idem/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_FAULTS, NO_FAULTS } from '../src/faults/plan-faults'
import { printReport, printViolation } from '../src/print-report'
import { runChaos } from '../src/run-chaos'
import { postgresTarget } from '../src/targets/postgres/postgres-target'

const server = serverOrSkip('a private PostgreSQL', await postgresTarget.start()) as PrivateServer
afterAll(() => server?.stop())

describe.skipIf(server === undefined)('chaos on PostgreSQL', { timeout: 120_000 }, () => {
  it('breaks no promise', async () => {
    const seed = Date.now() % 1_000_000
    const report = await runChaos({ target: postgresTarget, server, seed })
    console.log(`seed ${seed}, ${Math.round(report.elapsedMs / 1000)} s\n${printReport(report)}`)

    expect(report.violations.map((violation) => printViolation(violation, seed)).join('\n\n')).toBe('')
    expect(report.faults).toEqual({ ...DEFAULT_FAULTS, lostReplies: expect.any(Number) })
    expect(report.faults.lostReplies).toBeGreaterThan(0)
    expect(report.takeovers).toBeGreaterThan(0)
    // Each of 25 callers of each of 40 keys, and whoever asks in the end.
    expect(report.histories).toBe(40)
    expect(report.calls).toBeGreaterThanOrEqual(40 * 26)
  })

  it('notices a server that answers before it has written anything down', async () => {
    const forgetful = await startPrivatePostgres({
      settings: { synchronous_commit: 'off', wal_writer_delay: '10s' },
    })
    if ('reason' in forgetful) throw new Error(forgetful.reason)
    try {
      const size = { keys: 24, duplicates: 12, durationMs: 4000, faults: { ...NO_FAULTS, restarts: 3 } }
      const report = await runChaos({ target: postgresTarget, server: forgetful, seed: 1, ...size })
      expect(report.violations.map(({ rule }) => rule)).toContain('nothing acknowledged is lost')
    } finally {
      await forgetful.stop()
    }
  })
})
