import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { tally } from '../../src/duplicates/tally'
import type { OpenProgram } from '../../src/program'
import { libraries, redis } from '../../src/programs/redis'
import { connect } from '../../src/redis/connect'
import { keysContaining } from '../../src/redis/key-space'
import { rawReads, rawWrites } from '../../src/redis/raw'
import { ANSWER, ANSWER_TEXT } from '../../src/work/answer'
import { runsOnceAndReplays } from '../support/behaves'
import { testRedis } from '../support/redis'
import { trialSettings } from '../support/trial-settings'

const server = await testRedis()

describe.skipIf(!server)('what is measured on Redis', () => {
  // Only where there is a server.
  const { url, client, keys } = server as NonNullable<typeof server>
  const all = libraries({ url, keys })

  it.each(Object.entries(all))('%s runs the handler once and replays its answer', async (_, library) => {
    await runsOnceAndReplays(library, keys)
  })

  it.each(['idem', 'idemSpread', 'idemFingerprinted'] as const)(
    '%s runs once for all duplicates, and answers them all',
    async (name) => {
      const library = await all[name].open()
      onTestFinished(() => library.close())
      const { ms: _, ...counts } = await tally(library, keys.next, { keys: 5, callers: 40, workMs: 20 })
      expect(counts).toEqual({ runs: 5, same: 200, different: 0, refused: 0 })
    },
  )

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

describe.skipIf(!server)('the program', () => {
  async function open(): Promise<OpenProgram> {
    const before = process.env['REDIS_URL']
    process.env['REDIS_URL'] = inject('redisUrl')
    try {
      return await redis.open()
    } finally {
      if (before === undefined) delete process.env['REDIS_URL']
      else process.env['REDIS_URL'] = before
    }
  }

  it('measures all trials, and leaves nothing behind but what was there', { timeout: 120_000 }, async () => {
    const client = await connect(inject('redisUrl') as string)
    onTestFinished(() => client.disconnect())
    const mine = `somebody-elses-${process.pid}`
    await client.set(mine, 'kept', 'PX', 600_000)
    const marks = new Set<string>()

    const { server: description, trials, close } = await open()
    try {
      expect(description).toMatch(/^(Redis|Valkey) \d+\.\d+\.\d+ \(from environment\)$/)
      for (const trial of trials) {
        const { text } = await trial.run(trialSettings({ rounds: 1, inFlight: [8], turnMs: 10 }))
        expect(text).toMatch(/\| idem/)
        for await (const keys of keysContaining(client, 'bench-')) {
          for (const key of keys) marks.add(/bench-[0-9a-f]{8}/.exec(key)?.[0] ?? '')
        }
      }
    } finally {
      await close()
    }
    // What other tests of this file have left goes with them.
    marks.delete(server?.keys.mark ?? '')
    expect(marks.size).toBe(1)
    for (const mark of marks) {
      for await (const keys of keysContaining(client, mark)) expect(keys).toEqual([])
    }
    expect(await client.getdel(mine)).toBe('kept')
  })

  it('counts the memory of everything that a call leaves behind', async () => {
    const { trials, close } = await open()
    onTestFinished(close)
    const memory = trials.find(({ name }) => name === 'memory')
    if (!memory) throw new Error('there is no such trial')
    const { figures } = await memory.run(trialSettings())
    const [raw, ...others] = figures as { name: string; bytes: number; keys: string[] }[]
    expect(raw?.keys).toEqual([expect.stringMatching(/^.{36}$/)])
    for (const { name, bytes, keys } of others) {
      expect(keys, name).toHaveLength(1)
      expect(bytes, name).toBeGreaterThanOrEqual(raw?.bytes ?? Number.POSITIVE_INFINITY)
    }
  })
})
