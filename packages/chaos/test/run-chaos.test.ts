import {
  type PrivateServer,
  serverOrSkip,
  startPrivatePostgres,
  startPrivateRedis,
  type Unavailable,
} from '@idem/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { NO_LOSSES } from '../src/check/losses'
import { DEFAULT_FAULTS, type FaultCounts, NO_FAULTS } from '../src/faults/plan-faults'
import { printReport, printViolation } from '../src/print-report'
import { runChaos } from '../src/run-chaos'
import { mongoTarget } from '../src/targets/mongo/mongo-target'
import { postgresTarget } from '../src/targets/postgres/postgres-target'
import { redisTarget } from '../src/targets/redis/redis-target'
import type { PairServer, Pairs, Replication, RunServer, Target } from '../src/targets/target'

interface Tried {
  readonly title: string
  readonly target: Target
  /** A server that answers before it has written anything down. MongoDB has none: its store asks for that with every write. */
  readonly forgetful?: () => Promise<PrivateServer | Unavailable>
}

const LOST = 'nothing acknowledged is lost'
const MOST_PLAYS = 6
/** Two thirds of the usual: as many faults, closer together. */
const DURATION_MS = 12_000
const SHORT = { keys: 24, duplicates: 12, durationMs: 4000 }

const stores: readonly Tried[] = [
  {
    title: 'Redis',
    target: redisTarget,
    forgetful: () => startPrivateRedis({ appendOnly: false }),
  },
  {
    title: 'PostgreSQL',
    target: postgresTarget,
    forgetful: () =>
      startPrivatePostgres({ settings: { synchronous_commit: 'off', wal_writer_delay: '10s' } }),
  },
  { title: 'MongoDB', target: mongoTarget },
]

const servers = await Promise.all(
  stores.map(async ({ title, target }) => serverOrSkip(`a ${title} for chaos`, await target.start())),
)
afterAll(() => Promise.all(servers.map((server) => server?.stop())))

for (const [index, { title, target, forgetful }] of stores.entries()) {
  const server = servers[index] as RunServer
  describe.skipIf(server === undefined)(`chaos on ${title}`, { timeout: 120_000 }, () => {
    it('breaks no promise', async () => {
      const seed = Date.now() % 1_000_000
      const report = await runChaos({ target, server, seed, durationMs: DURATION_MS })
      console.log(`seed ${seed}, ${Math.round(report.elapsedMs / 1000)} s\n${printReport(report)}`)

      expect(report.violations.map((violation) => printViolation(violation, seed)).join('\n\n')).toBe('')
      const { restarts } = 'kill' in server ? DEFAULT_FAULTS : NO_FAULTS
      const lostReplies = expect.any(Number)
      // One that stands alone has nobody to take over.
      expect(report.faults).toEqual({ ...DEFAULT_FAULTS, restarts, failovers: 0, lostReplies })
      expect(report.faults.lostReplies).toBeGreaterThan(0)
      expect(report.takeovers).toBeGreaterThan(0)
      // Each of 25 callers of each of 40 keys, and whoever asks in the end.
      expect(report.histories).toBe(40)
      expect(report.calls).toBeGreaterThanOrEqual(40 * 26)
    })

    it.skipIf(!forgetful)('notices a server that does not keep what it has acknowledged', async () => {
      const started = await forgetful?.()
      if (started === undefined || 'reason' in started) throw new Error(started?.reason)
      try {
        // Whether a kill hits what is not yet written down is chance: several plays make it all but certain.
        const broken = new Set<string>()
        for (let seed = 1; seed <= MOST_PLAYS && !broken.has(LOST); seed++) {
          for (const rule of await rulesBroken(target, started, { restarts: 3 }, seed)) broken.add(rule)
        }
        expect([...broken]).toContain(LOST)
      } finally {
        await started.stop()
      }
    })
  })
}

const redis = servers[stores.findIndex(({ target }) => target === redisTarget)] as PrivateServer

describe.skipIf(redis === undefined)('chaos', { timeout: 120_000 }, () => {
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
    const target = { ...redisTarget, worker: new URL(`broken/stores/${worker}`, import.meta.url) }
    expect(await rulesBroken(target, redis, faults)).toContain(rule)
  })
})

describe('a replica that takes over', { timeout: 120_000 }, () => {
  const withPair = async (
    target: Target,
    replication: Replication,
    use: (pair: PairServer) => Promise<void>,
  ): Promise<void> => {
    const pair = await (target.pairs as Pairs).start(replication)
    if ('reason' in pair) throw new Error(pair.reason)
    try {
      await use(pair)
    } finally {
      await pair.stop()
    }
  }

  for (const [index, { title, target }] of stores.entries()) {
    if ('none' in target.pairs) continue
    it.skipIf(servers[index] === undefined)(
      `has all that was acknowledged, on ${title}, where writes wait for it`,
      () =>
        withPair(target, 'sync', async (server) => {
          const before = server.url
          const faults = { ...NO_FAULTS, kills: 4, cuts: 2, lostReplies: 3, restarts: 1, failovers: 1 }
          const seed = Date.now() % 1_000_000
          const play = { ...SHORT, target, server, seed, syncWrites: true, faults }
          const report = await runChaos(play)
          console.log(`seed ${seed}, ${Math.round(report.elapsedMs / 1000)} s\n${printReport(report)}`)

          expect(report.violations.map((violation) => printViolation(violation, seed)).join('\n\n')).toBe('')
          expect(report.losses).toEqual(NO_LOSSES)
          expect(report.faults).toMatchObject({ kills: 4, restarts: 1, failovers: 1 })
          expect(server.url).not.toBe(before)
        }),
    )
  }

  it.skipIf(redis === undefined)('is seen to have lost something where nobody waits for it', () =>
    withPair(redisTarget, 'async', async (server) => {
      let lost = 0
      const broken = new Set<string>()
      for (let seed = 1; seed <= MOST_PLAYS && lost === 0; seed++) {
        const faults = { ...NO_FAULTS, failovers: 3 }
        const play = { ...SHORT, target: redisTarget, server, seed, drainMs: 5000 }
        const report = await runChaos({ ...play, faults })
        lost += Object.values(report.losses).reduce((sum, count) => sum + count, 0)
        for (const { rule } of report.violations) broken.add(rule)
      }
      expect(lost).toBeGreaterThan(0)
      expect([...broken]).not.toEqual([])
    }),
  )
})

/** What a short run finds. */
async function rulesBroken(
  target: Target,
  server: PrivateServer,
  faults: Partial<FaultCounts>,
  seed = 1,
): Promise<string[]> {
  const play = { ...SHORT, target, server, seed, drainMs: 5000 }
  const report = await runChaos({ ...play, faults: { ...NO_FAULTS, ...faults } })
  return report.violations.map(({ rule }) => rule)
}
