import { deepStrictEqual, equal } from 'node:assert/strict'
import type { RecordState } from '@idem/core'
import type { CaseGroup } from '../suite/conformance-case'
import { matches, sorted } from '../suite/expectations'
import { BRIEF, LONG, pass } from '../suite/time'
import { awkwardKeys } from './awkward-texts'
import { pagesOf } from './pages'
import type { StoreScene } from './store-scene'

/** Looking through many records. */
export const listCases: CaseGroup<StoreScene> = {
  about: 'list',
  cases: [
    {
      name: 'shows the records whose keys begin with the prefix, and no others',
      async run(scene) {
        await acquireAll(scene, [':a:1', ':a:2', ':a', ':b:1', ':A:3'])
        deepStrictEqual(await keysUnder(scene, ':a:'), [':a:1', ':a:2'])
        deepStrictEqual(await keysUnder(scene, ':a'), [':a', ':a:1', ':a:2'])
        deepStrictEqual(await keysUnder(scene, ':c'), [])
        deepStrictEqual(await keysUnder(scene, ':a:2'), [':a:2'])
      },
    },
    {
      name: 'shows nothing of an earlier failure while the next attempt runs, nor once it has lapsed',
      async run(scene) {
        await scene.fail((await scene.acquire()).owner, 'retryable')
        const { owner } = await scene.acquire()
        const listed = async () => (await pagesOf(scene, { prefix: scene.key, limit: 10 })).flat()
        matches((await listed())[0], { state: 'running', attempt: 2, failure: undefined })
        await scene.extend(owner, { leaseMs: BRIEF })
        await pass(scene.time)
        matches((await listed())[0], { state: 'abandoned', attempt: 2, failure: undefined })
      },
    },
    {
      name: 'takes a prefix for what it is, whatever it would mean in a pattern',
      async run(scene) {
        await acquireAll(scene, [...awkwardKeys, 'x', 'xx', ':'])
        for (const key of awkwardKeys) {
          const expected = [...awkwardKeys, 'x', 'xx', ':'].filter((other) => other.startsWith(key))
          deepStrictEqual(await keysUnder(scene, key), sorted(expected), JSON.stringify(key))
        }
      },
    },
    {
      name: 'shows no record of another prefix to a cursor that no page gave',
      async run(scene) {
        const [mine, theirs] = [`${scene.key}:a:`, `${scene.key}:b:`]
        await acquireAll(scene, [':a:1', ':a:2', ':b:1'])
        const madeUp = [
          '',
          '0',
          '[]',
          'null',
          mine,
          theirs,
          `${theirs}1`,
          JSON.stringify(['', '0', [`${theirs}1`], '']),
        ]
        for (const cursor of madeUp) {
          const page = scene.store.list({ prefix: mine, limit: 10, cursor })
          const keys = await page.then(
            ({ records }) => records.map(({ key }) => key),
            (error: unknown) => {
              equal((error as Error).name, 'TypeError', cursor)
              return []
            },
          )
          deepStrictEqual(
            keys.filter((key) => !key.startsWith(mine)),
            [],
            cursor,
          )
        }
      },
    },
    {
      name: 'shows each record as `get` does',
      async run(scene) {
        const { owner } = await scene.acquire({ fingerprint: 'print' })
        await scene.saveStep(owner, 'charge', '1')
        await scene.complete(owner, { value: 'the answer' })
        const [record] = (await pagesOf(scene, { prefix: scene.key, limit: 10 })).flat()
        deepStrictEqual(record, await scene.get())
      },
    },
    {
      name: 'shows the records of one state only if asked to, lapsed ones as abandoned',
      async run(scene) {
        const of = (name: string): StoreScene => scene.at(`${scene.key}:${name}`)
        await of('abandoned 1').acquire({ leaseMs: BRIEF })
        await of('abandoned 2').fail((await of('abandoned 2').acquire()).owner, 'abandoned')
        await of('failed 1').fail((await of('failed 1').acquire()).owner, 'retryable')
        await of('failed 2').fail((await of('failed 2').acquire()).owner, 'final')
        await of('running').acquire()
        await of('succeeded').complete((await of('succeeded').acquire()).owner)
        await pass(scene.time)
        const expected: Record<RecordState, string[]> = {
          abandoned: [':abandoned 1', ':abandoned 2'],
          failed: [':failed 1', ':failed 2'],
          running: [':running'],
          succeeded: [':succeeded'],
        }
        for (const [state, keys] of Object.entries(expected)) {
          deepStrictEqual(await keysUnder(scene, ':', { state: state as RecordState }), keys, state)
          deepStrictEqual(await keysUnder(scene, ':', { state: state as RecordState, limit: 1 }), keys, state)
        }
        deepStrictEqual(await keysUnder(scene, ':'), sorted(Object.values(expected).flat()))
      },
    },
    {
      name: 'shows neither tombstones nor what is past its keeping',
      async run(scene) {
        const of = (name: string): StoreScene => scene.at(`${scene.key}:${name}`)
        const ends = { retentionMs: BRIEF, tombstoneMs: LONG }
        await of('buried').complete((await of('buried').acquire()).owner, ends)
        await of('gone').complete((await of('gone').acquire()).owner, { retentionMs: BRIEF })
        await of('lost').acquire({ leaseMs: BRIEF, keepMs: BRIEF })
        await of('kept').complete((await of('kept').acquire()).owner)
        await pass(scene.time)
        deepStrictEqual(await keysUnder(scene, ':'), [':kept'])
        deepStrictEqual(await keysUnder(scene, ':', { state: 'abandoned' }), [])
      },
    },
    {
      name: 'sees every record in a walk through pages of any size, none of them longer than asked',
      async run(scene) {
        const keys = Array.from({ length: 25 }, (_, index) => `:${index}`)
        await acquireAll(scene, keys)
        for (const limit of [1, 7, 25, 1000]) {
          const pages = await pagesOf(scene, { prefix: scene.key, limit })
          for (const page of pages)
            equal(page.length <= limit, true, `${page.length} records, limit ${limit}`)
          deepStrictEqual(await keysUnder(scene, '', { limit }), sorted(keys), `limit ${limit}`)
        }
      },
    },
    {
      name: 'sees every record that is there throughout, though others come, change and go between pages',
      async run(scene) {
        const staying = Array.from({ length: 12 }, (_, index) => `:${index}:staying`)
        const leaving = Array.from({ length: 12 }, (_, index) => `:${index}:leaving`)
        await acquireAll(scene, [...staying, ...leaving])
        let page = 0
        const meddle = async (): Promise<void> => {
          const index = page++
          await scene.at(scene.key + (leaving[index % 12] ?? '')).delete()
          await scene.at(`${scene.key}:${index}:coming`).acquire()
          const settled = scene.at(scene.key + (staying[index % 12] ?? ''))
          await settled.complete((await settled.get())?.owner ?? '')
        }
        const pages = await pagesOf(scene, { prefix: scene.key, limit: 3 }, meddle)
        const seen = new Set(pages.flat().map(({ key }) => key.slice(scene.key.length)))
        deepStrictEqual(
          staying.filter((key) => !seen.has(key)),
          [],
        )
      },
    },
    {
      name: 'changes nothing: a lapsed attempt that was listed can still complete',
      async run(scene) {
        const { owner } = await scene.lapsed()
        await keysUnder(scene, '')
        equal(await scene.complete(owner), true)
        matches(await scene.get(), { state: 'succeeded' })
      },
    },
  ],
}

async function acquireAll(scene: StoreScene, suffixes: readonly string[]): Promise<void> {
  for (const suffix of suffixes) await scene.at(scene.key + suffix).acquire()
}

/** What follows the scene's own key in the keys that a whole walk shows, each once. */
async function keysUnder(
  scene: StoreScene,
  prefix: string,
  query: { readonly state?: RecordState; readonly limit?: number } = {},
): Promise<string[]> {
  const pages = await pagesOf(scene, { limit: 10, ...query, prefix: scene.key + prefix })
  return sorted(new Set(pages.flat().map(({ key }) => key.slice(scene.key.length))))
}
