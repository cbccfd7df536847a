import { deepStrictEqual, equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { sorted } from '../suite/expectations'
import { settlements } from './settlement'
import { type StoreScene, stepsOf } from './store-scene'

const AWKWARD_NAMES = [
  'a.b',
  '$set',
  '$',
  '__proto__',
  'constructor',
  'toString',
  '0',
  ' ',
  "it's",
  '"',
  '%s',
  'Ж',
  '🙂',
]

/** What an attempt remembers for those after it. */
export const stepCases: CaseGroup<StoreScene> = {
  about: 'saveStep',
  cases: [
    {
      name: 'remembers the results of steps by their names',
      async run(scene) {
        const { owner } = await scene.acquire()
        equal(await scene.saveStep(owner, 'charge', '{"id":1}'), true)
        equal(await scene.saveStep(owner, 'ship', '{"id":2}'), true)
        deepStrictEqual(stepsOf(await scene.get()), [
          ['charge', '{"id":1}'],
          ['ship', '{"id":2}'],
        ])
      },
    },
    {
      name: 'leaves a value out if asked to, which is not the same as empty',
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.saveStep(owner, 'empty', '')
        await scene.saveStep(owner, 'omitted', undefined)
        deepStrictEqual(stepsOf(await scene.get()), [
          ['empty', ''],
          ['omitted', undefined],
        ])
        await scene.fail(owner, 'retryable')
        deepStrictEqual(stepsOf(await scene.acquire()), [
          ['empty', ''],
          ['omitted', undefined],
        ])
      },
    },
    {
      name: 'keeps the first result when it is sent again, and answers the same',
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.saveStep(owner, 'charge', 'first')
        await scene.saveStep(owner, 'ship', undefined)
        equal(await scene.saveStep(owner, 'charge', 'second'), true)
        equal(await scene.saveStep(owner, 'ship', 'second'), true)
        deepStrictEqual(stepsOf(await scene.get()), [
          ['charge', 'first'],
          ['ship', undefined],
        ])
      },
    },
    {
      name: 'keeps the first result when a later attempt saves another',
      async run(scene) {
        const first = await scene.lapsed()
        await scene.saveStep(first.owner, 'charge', 'first')
        const { owner } = await scene.acquire()
        equal(await scene.saveStep(owner, 'charge', 'second'), true)
        deepStrictEqual(stepsOf(await scene.get()), [['charge', 'first']])
      },
    },
    {
      name: 'loses none of the steps that are saved at the same moment',
      async run(scene) {
        const { owner } = await scene.acquire()
        const names = Array.from({ length: 20 }, (_, index) => `step ${index}`)
        const saved = await Promise.all(names.map((name) => scene.saveStep(owner, name, name)))
        deepStrictEqual(
          saved,
          names.map(() => true),
        )
        const expected = sorted(names).map((name) => [name, name])
        deepStrictEqual(stepsOf(await scene.get()), expected)
      },
    },
    {
      name: 'takes any text for a name',
      async run(scene) {
        const { owner } = await scene.acquire()
        for (const name of AWKWARD_NAMES) equal(await scene.saveStep(owner, name, `of ${name}`), true, name)
        const expected = sorted(AWKWARD_NAMES).map((name) => [name, `of ${name}`])
        deepStrictEqual(stepsOf(await scene.get()), expected)
      },
    },
    {
      name: 'saves for a lapsed attempt, if nobody took over',
      async run(scene) {
        const { owner } = await scene.lapsed()
        equal(await scene.saveStep(owner, 'charge', '1'), true)
        deepStrictEqual(stepsOf(await scene.acquire()), [['charge', '1']])
      },
    },
    {
      name: 'is refused to a stranger, and remembers nothing',
      async run(scene) {
        await scene.acquire({ owner: 'Owner' })
        equal(await scene.saveStep(scene.token(), 'charge', '1'), false)
        equal(await scene.saveStep('owner', 'charge', '1'), false)
        deepStrictEqual(stepsOf(await scene.get()), [])
      },
    },
    {
      name: 'is refused where there is no record, and makes none',
      async run(scene) {
        equal(await scene.saveStep(scene.token(), 'charge', '1'), false)
        equal(await scene.get(), undefined)
      },
    },
    {
      name: 'is refused to the late owner after a takeover, a resolution and a deletion',
      async run(scene) {
        const late = await scene.lapsed()
        const { owner } = await scene.lapsed()
        equal(await scene.saveStep(late.owner, 'charge', '1'), false)
        await scene.resolve()
        equal(await scene.saveStep(owner, 'charge', '1'), false)
        deepStrictEqual(stepsOf(await scene.get()), [])
        await scene.delete()
        equal(await scene.saveStep(owner, 'charge', '1'), false)
        deepStrictEqual(stepsOf(await scene.acquire()), [])
      },
    },
    ...settlements.map(({ name, settle }) => ({
      name: `is refused after \`${name}\`, and remembers nothing`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire()
        await settle(scene, owner)
        equal(await scene.saveStep(owner, 'charge', '1'), false)
        deepStrictEqual(stepsOf(await scene.get()), [])
      },
    })),
  ],
}
