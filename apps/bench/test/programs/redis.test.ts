import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { tally } from '../../src/duplicates/tally'
import type { OpenProgram, Trial } from '../../src/program'
import { libraries, redis } from '../../src/programs/redis'
import { keysContaining, removeKeys } from '../../src/redis/key-space'
import { rawReads, rawWrites } from '../../src/redis/raw'
import { ANSWER, ANSWER_TEXT, answering } from '../../src/work/answer'
import type { Library } from '../../src/work/library'
import { runsOnceAndReplays } from '../support/behaves'
import { testRedis } from '../support/redis'
import { trialSettings } from '../support/trial-settings'
import { withVariable } from '../support/with-variable'

const { isThere, url, client, keys } = testRedis()

afterEach(async () => {
  if (isThere) await removeKeys(client, keys.mark)
})

function named(trials: readonly Trial[], wanted: string): Trial {
  const trial = trials.find(({ name }) => name === wanted)
  if (!trial) throw new Error(`there is no trial ${wanted}`)
  return trial
}

/** Of all runs of the bench on this server. */
async function benchKeys(): Promise<string[]> {
  const found: string[] = []
  for await (const keys of keysContaining(client, 'bench-')) found.push(...keys)
  return found.sort()
}

describe.skipIf(!isThere)('what is measured on Redis', () => {
  const all = libraries({ url, keys })

  it.each(Object.entries(all))('%s runs the handler once and replays its answer', async (_, library) => {
    await runsOnceAndReplays(library, keys)
  })

  /** 40 callers at once for each of 5 keys. */
  async function count(library: Library) {
    const { call, close } = await library.open()
    onTestFinished(close)
    const { ms: _, ...counts } = await tally({ call, close }, keys.next, { keys: 5, callers: 40, workMs: 20 })
    return counts
  }

  it.each(['idem', 'idemSpread', 'idemFingerprinted', 'nodeIdempotencyWaiting'] as const)(
    '%s runs once for all duplicates, and answers them all',
    async (name) => {
      expect(await count(all[name])).toEqual({ runs: 5, same: 200, different: 0, refused: 0 })
    },
  )

  it.each(['nodeIdempotency', 'powertools'] as const)(
    '%s runs once for all duplicates, and refuses those that come meanwhile',
    async (name) => {
      const { runs, different, refused } = await count(all[name])
      expect({ runs, different }).toEqual({ runs: 5, different: 0 })
      expect(refused).toBeGreaterThan(0)
    },
  )

  it('Powertools has nothing to warn of when it has its Lambda context', async () => {
    const warn = vi.spyOn(console, 'warn')
    onTestFinished(() => warn.mockRestore())
    const { call, close } = await all.powertools.open()
    onTestFinished(close)
    await call(keys.next(), answering)
    expect(warn).not.toHaveBeenCalled()
  })

  it('raw writes run the handler, keep the answer, and refuse a key that is taken', async () => {
    const { call, close } = await rawWrites(url).open()
    onTestFinished(close)
    const key = keys.next()
    let seen: string | null = null
    const handler = async () => {
      seen = await client.get(key)
      return ANSWER
    }
    expect(await call(key, handler)).toEqual(ANSWER)
    expect(seen).toBe('running')
    expect(await client.get(key)).toBe(ANSWER_TEXT)
    await expect(call(key, handler)).rejects.toThrow('the key is taken')
  })

  it('raw reads read the answer', async () => {
    const { operation, teardown } = await rawReads(url, keys).setup()
    onTestFinished(teardown)
    for (let calls = 0; calls < 1100; calls++) expect(await operation()).toBe(ANSWER_TEXT)
  })
})

describe.skipIf(!isThere)('the program', () => {
  const open = (): Promise<OpenProgram> => withVariable('REDIS_URL', url, redis.open)

  it('measures all trials', { timeout: 120_000 }, async () => {
    const { server: description, trials, close } = await open()
    onTestFinished(close)
    expect(description).toMatch(/^(Redis|Valkey) \d+\.\d+\.\d+ \(from environment\)$/)
    for (const { run } of trials) {
      const { text } = await run(trialSettings({ rounds: 1, inFlight: [8], turnMs: 10 }))
      expect(text).toMatch(/\| idem/)
    }
  })

  it("removes its own keys when it is closed, and nobody else's", async () => {
    await client.set(keys.next(), 'kept')
    const before = await benchKeys()
    const { trials, close } = await open()
    try {
      await named(trials, 'replay').run(trialSettings({ rounds: 1, only: 'idem' }))
      expect((await benchKeys()).length).toBeGreaterThan(1000)
    } finally {
      await close()
    }
    expect(await benchKeys()).toEqual(before)
  })

  it('counts the memory of everything that a call leaves behind', async () => {
    const { trials, close } = await open()
    onTestFinished(close)
    const { figures } = await named(trials, 'memory').run(trialSettings())
    const [raw, ...others] = figures as { name: string; bytes: number; keys: string[] }[]
    expect(raw?.keys).toEqual([expect.stringMatching(/^.{36}$/)])
    for (const { name, bytes, keys } of others) {
      expect(keys, name).toHaveLength(1)
      expect(bytes, name).toBeGreaterThanOrEqual(raw?.bytes ?? Number.POSITIVE_INFINITY)
    }
  })
})
