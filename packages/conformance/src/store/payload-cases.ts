import { deepStrictEqual, equal } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { matches } from '../suite/expectations'
import { awkwardKeys, awkwardTexts } from './awkward-texts'
import { type StoreScene, stepsOf } from './store-scene'

/** A megabyte of text in which every character matters. */
const MEGABYTE = Array.from({ length: 1 << 16 }, (_, index) => String(index).padStart(16, '"\\é')).join('')

/** Keys, values, failures, steps and fingerprints are opaque text. */
export const payloadCases: CaseGroup<StoreScene> = {
  about: 'payloads and keys',
  cases: [
    {
      name: 'come back as they were: values',
      async run(scene) {
        await eachText(scene, async (at, text) => {
          await at.complete((await at.acquire()).owner, { value: text })
          matches(await at.get(), { value: text })
          matches(await at.claim(), { type: 'settled', value: text })
        })
      },
    },
    {
      name: 'come back as they were: failures',
      async run(scene) {
        await eachText(scene, async (at, text) => {
          await at.fail((await at.acquire()).owner, 'final', { failure: text })
          matches(await at.get(), { failure: text })
          matches(await at.claim(), { type: 'settled', failure: text })
        })
      },
    },
    {
      name: 'come back as they were: failures of abandoned attempts, and resolutions',
      async run(scene) {
        await eachText(scene, async (at, text) => {
          await at.fail((await at.acquire()).owner, 'abandoned', { failure: text })
          matches(await at.claim({ onAbandoned: 'reject' }), { type: 'abandoned', failure: text })
          await at.resolve({ value: text })
          matches(await at.claim(), { type: 'settled', value: text })
        })
      },
    },
    {
      name: 'come back as they were: steps',
      async run(scene) {
        await eachText(scene, async (at, text) => {
          const { owner } = await at.acquire()
          await at.saveStep(owner, 'step', text)
          deepStrictEqual(stepsOf(await at.get()), [['step', text]])
          deepStrictEqual(stepsOf(await at.acquire({ owner })), [['step', text]])
        })
      },
    },
    {
      name: 'come back as they were: fingerprints',
      async run(scene) {
        await eachText(scene, async (at, fingerprint) => {
          await at.complete((await at.acquire({ fingerprint })).owner)
          matches(await at.get(), { fingerprint })
          matches(await at.claim({ fingerprint }), { type: 'settled', fingerprint })
          matches(await at.claim({ fingerprint: `${fingerprint} ` }), { type: 'mismatch' })
        })
      },
    },
    {
      name: 'may have a megabyte',
      async run(scene) {
        const { owner } = await scene.acquire()
        await scene.saveStep(owner, 'step', MEGABYTE)
        await scene.complete(owner, { value: MEGABYTE })
        const record = await scene.get()
        equal(record?.value === MEGABYTE, true, 'the value came back')
        equal(stepsOf(record)[0]?.[1] === MEGABYTE, true, 'the step came back')
      },
    },
    {
      name: 'are told apart to the last character: keys',
      async run(scene) {
        const scenes = awkwardKeys.map((end) => scene.at(scene.key + end))
        for (const at of scenes) await at.complete((await at.acquire()).owner, { value: at.key })
        for (const at of scenes) {
          matches(await at.get(), { key: at.key, value: at.key })
          matches(await at.claim(), { type: 'settled', value: at.key })
        }
        for (const at of scenes) equal(await at.delete(), true, at.key)
      },
    },
  ],
}

async function eachText(
  scene: StoreScene,
  run: (at: StoreScene, text: string) => Promise<void>,
): Promise<void> {
  const all = awkwardTexts.map((text, index) => run(scene.at(`${scene.key}:${index}`), text))
  await Promise.all(all)
}
