import { describe, expect, it } from 'vitest'
import type { StoreName } from '../src/order'
import type { Played } from '../src/play'
import { type SoakOptions, soak } from '../src/soak'
import { complaintsOf } from '../src/verdict/complaints'

const SHORT = {
  stores: ['memory', 'redis'],
  rate: 20,
  seed: 1,
  durationMs: 4000,
  sampleMs: 200,
  retentionMs: 4000,
  leaseMs: 4000,
  patienceMs: 20_000,
  onSample: () => {},
  onEnding: () => {},
} as const satisfies Omit<SoakOptions, 'signal'>

async function soakFor(options: Partial<SoakOptions>): Promise<Map<StoreName, Played>> {
  const soaked = await soak({ ...SHORT, signal: new AbortController().signal, ...options })
  return new Map(
    soaked.map((each) => {
      if ('reason' in each) throw new Error(`${each.store}: ${each.reason}`)
      return [each.store, each]
    }),
  )
}

const grown = (played: Played | undefined) =>
  played?.judgements.flatMap(({ title, verdict }) => (verdict === 'grows' ? [title] : []))

describe('a few seconds of mixed load', { concurrent: true }, () => {
  it('are well, and leave nothing behind', async () => {
    for (const [store, played] of await soakFor({})) {
      expect({ store, complaints: complaintsOf(played) }).toEqual({ store, complaints: [] })
      expect(played.samples.at(-1)?.scenes).toBeGreaterThan(40)
    }
  })

  it('show what leaks, and what is left in the end', async () => {
    const load = new URL('broken/leaky-load.ts', import.meta.url)
    const leaky = await soakFor({ stores: ['redis'], load, retentionMs: 500, patienceMs: 500 })
    expect(grown(leaky.get('redis'))).toEqual(
      expect.arrayContaining(['heap', 'timers', 'watches', 'records']),
    )
    const left = new Map(leaky.get('redis')?.leftovers.map((each) => [each.title, each.left]))
    for (const title of ['watches', 'records', 'timers']) expect(left.get(title)).toBeGreaterThan(50)
  })

  it('end early when they are told to, and what was seen is judged', async () => {
    const stopping = new AbortController()
    let looks = 0
    const played = await soakFor({
      stores: ['memory'],
      durationMs: 600_000,
      retentionMs: 500,
      signal: stopping.signal,
      onSample: () => {
        if (++looks === 15) stopping.abort()
      },
    })
    const memory = played.get('memory')
    expect(memory?.samples).toHaveLength(15)
    expect(memory?.judgements.find(({ of }) => of === 'timers')?.verdict).toBe('bounded')
  })
})
