import { type PrivateServer, serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_FAULTS, type FaultCounts, NO_FAULTS } from '../src/faults/plan-faults'
import { printReport, printViolation } from '../src/print-report'
import { runChaos } from '../src/run-chaos'
import { redisTarget } from '../src/targets/redis/redis-target'

const server = serverOrSkip('a private Redis', await redisTarget.start()) as PrivateServer
afterAll(() => server?.stop())

describe.skipIf(server === undefined)('chaos on Redis', { timeout: 120_000 }, () => {
  it('breaks no promise', async () => {
    const seed = Date.now() % 1_000_000
    const report = await runChaos({ target: redisTarget, server, seed })
    console.log(`seed ${seed}, ${Math.round(report.elapsedMs / 1000)} s\n${printReport(report)}`)

    expect(report.violations.map((violation) => printViolation(violation, seed)).join('\n\n')).toBe('')
    expect(report.faults).toEqual({ ...DEFAULT_FAULTS, lostReplies: expect.any(Number) })
    expect(report.faults.lostReplies).toBeGreaterThan(0)
    expect(report.takeovers).toBeGreaterThan(0)
    // Each of 25 callers of each of 40 keys, and whoever asks in the end.
    expect(report.histories).toBe(40)
    expect(report.calls).toBeGreaterThanOrEqual(40 * 26)
  })

  it.each([
    {
      broken: 'takes what an owner writes that was taken over',
      worker: 'ownerless-worker.ts',
      rule: 'the owner decides',
      faults: { stops: 12 },
    },
    {
      broken: 'lets leases run out too early',
      worker: 'hasty-worker.ts',
      rule: 'nothing is guessed',
      faults: { kills: 6, stops: 6 },
    },
    {
      broken: 'keeps no steps',
      worker: 'forgetful-worker.ts',
      rule: 'a saved step does not run again',
      faults: { kills: 8 },
    },
  ])('notices a store that $broken', async ({ worker, rule, faults }) => {
    expect(await rulesBroken(server, faults, new URL(`broken/${worker}`, import.meta.url))).toContain(rule)
  })

  it('notices a server that does not keep what it has acknowledged', async () => {
    const forgetful = await startPrivateRedis({ appendOnly: false })
    if ('reason' in forgetful) throw new Error(forgetful.reason)
    try {
      const rules = await rulesBroken(forgetful, { restarts: 3 })
      expect(rules).toContain('nothing acknowledged is lost')
    } finally {
      await forgetful.stop()
    }
  })
})

/** What a short run finds. */
async function rulesBroken(
  on: PrivateServer,
  faults: Partial<FaultCounts>,
  worker: URL = redisTarget.worker,
): Promise<string[]> {
  const target = { ...redisTarget, worker }
  const size = { keys: 24, duplicates: 12, durationMs: 4000 }
  const report = await runChaos({ target, server: on, seed: 1, ...size, faults: { ...NO_FAULTS, ...faults } })
  return report.violations.map(({ rule }) => rule)
}
