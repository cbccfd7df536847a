import { MemoryStore, type Store } from '@idem/core'
import { expect } from 'vitest'
import { claimOf, completionOf } from '../claims'
import type { Scene } from './broken-place'
import { stories } from './stories'
import { COARSE_MS, plain, policies, shown, type Telling, tell } from './told-stories'

const HOUR_MS = 3_600_000

type Call = (store: Store, holder: { key: string; owner: string }, waitedFor?: number) => Promise<unknown>

const claims = policies.map(
  (policy): Call =>
    (store, { key, owner }, waitedFor) =>
      store.claim(claimOf(key, { ...policy, owner, waitedFor })),
)
const settled = (holder: { key: string; owner: string }, tombstoneMs = 0) =>
  completionOf(claimOf(holder.key, { owner: holder.owner }), { retentionMs: 2 * HOUR_MS, tombstoneMs })
const kinds = ['retryable', 'final', 'abandoned'] as const

/** By the file that answers them, below `migrations/records` and without its number. */
const calls: Readonly<Record<string, readonly Call[]>> = {
  claim: claims,
  complete: [
    (store, holder) => store.complete(settled(holder, HOUR_MS)),
    (store, holder) => store.complete({ ...settled(holder), value: undefined }),
  ],
  fail: [
    ...kinds.map(
      (kind): Call =>
        (store, holder) =>
          store.fail({ ...settled(holder), kind, failure: kind }),
    ),
    (store, holder) => store.fail({ ...settled(holder, HOUR_MS), kind: 'final', failure: 'final' }),
  ],
  resolve: [(store, holder) => store.resolve(settled(holder, HOUR_MS))],
  extend: [
    (store, holder) => store.extend({ ...holder, leaseMs: 2 * HOUR_MS, keepMs: 3 * HOUR_MS }),
    (store, holder) => store.extend({ ...holder, leaseMs: Infinity, keepMs: Infinity }),
  ],
  release: [(store, holder) => store.release(holder)],
  'save-step': [
    (store, holder) => store.saveStep({ ...holder, name: 'step', value: 'again' }),
    (store, holder) => store.saveStep({ ...holder, name: 'next' }),
  ],
  delete: [(store, { key }) => store.delete(key)],
}

interface Plot {
  readonly call: Call
  readonly key: string
  readonly title: string
}

/** Each of some calls, on everything that can have happened to a key. */
function plotsOf(file: string, root: string): Plot[] {
  const chosen = Object.entries(calls).filter(([name]) => file === '' || file.includes(`-${name}`))
  return chosen.flatMap(([name, some]) =>
    some.flatMap((call, nth) =>
      Object.keys(stories).map((story) => {
        const title = `${name} ${nth}:${story}`
        return { call, key: `${root}:${title}`, title }
      }),
    ),
  )
}

/** What is answered, once and again, and what becomes of the record. */
async function outcome(
  telling: Telling,
  { call, key, title }: Plot,
  owner: string,
  fence?: number,
): Promise<unknown> {
  const { store } = telling
  const holder = { key, owner: `${key}:${owner}` }
  const reply = plain(await call(store, holder, fence))
  const record = await shown(telling, key)
  const again = plain(await call(store, holder, fence))
  return [title, reply, record, again, await shown(telling, key)]
}

/** What is left of them after so many milliseconds. */
async function later({ store, advance }: Telling, plots: readonly Plot[], ms: number): Promise<unknown[]> {
  await advance(ms)
  return Promise.all(
    plots.map(async ({ key }) => plain(await store.claim(claimOf(key, { onAbandoned: 'reject' })))),
  )
}

/** One by one: to tell how two long lists differ takes longer than all the rest. */
function same(actual: readonly unknown[], expected: readonly unknown[]): void {
  for (const [nth, each] of actual.entries()) expect(each).toEqual(expected[nth])
}

/** Plays what a file of SQL has to do with, or everything, on a store and on the one in memory: both say the same. */
export async function answersAsInMemory(scene: Scene, file = ''): Promise<void> {
  for (const owner of ['owner', 'stranger']) {
    let time = await scene.now()
    const memory: Telling = {
      store: new MemoryStore({ clock: () => time }),
      advance: async (ms) => {
        time += ms
      },
      now: async () => time,
    }
    const plots = plotsOf(file, `${scene.key}:${owner}`)
    const keys = plots.map(({ key }) => key)
    const [ours, theirs] = await Promise.all([tell(scene, keys), tell(memory, keys)])
    await Promise.all([scene.advance(COARSE_MS), memory.advance(COARSE_MS)])
    for (const plot of plots) {
      const expected = await outcome(memory, plot, owner, theirs.get(plot.key))
      expect(await outcome(scene, plot, owner, ours.get(plot.key))).toEqual(expected)
    }
    for (const hours of [2.5, 1.5]) {
      same(await later(scene, plots, hours * HOUR_MS), await later(memory, plots, hours * HOUR_MS))
    }
  }
}
