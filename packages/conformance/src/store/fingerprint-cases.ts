import type { CaseGroup } from '../suite/conformance-case'
import { matches } from '../suite/expectations'
import { BRIEF, pass } from '../suite/time'
import { settlements } from './settlement'
import { leavesAlone, type StoreScene } from './store-scene'

/** The same key with another payload is refused, before anything else is looked at but a tombstone. */
export const fingerprintCases: CaseGroup<StoreScene> = {
  about: 'claim with a fingerprint',
  cases: [
    ...settlements.map(({ name, settle }) => ({
      name: `answers \`mismatch\` to another fingerprint after \`${name}\`, and writes nothing`,
      async run(scene: StoreScene) {
        const { owner } = await scene.acquire({ fingerprint: 'one' })
        await settle(scene, owner)
        await leavesAlone(scene, async () => {
          matches(await scene.claim({ fingerprint: 'other' }), { type: 'mismatch' })
        })
      },
    })),
    {
      name: 'answers `mismatch` to another fingerprint while the attempt runs, and once its lease has run out',
      async run(scene) {
        const { owner } = await scene.acquire({ fingerprint: 'one' })
        matches(await scene.claim({ fingerprint: 'other' }), { type: 'mismatch' })
        await scene.extend(owner, { leaseMs: BRIEF })
        await pass(scene.time)
        await leavesAlone(scene, async () => {
          matches(await scene.claim({ fingerprint: 'other' }), { type: 'mismatch' })
        })
      },
    },
    {
      name: 'compares fingerprints as text, to the last character',
      async run(scene) {
        const { owner } = await scene.acquire({ fingerprint: 'print' })
        await scene.complete(owner)
        for (const fingerprint of ['', 'Print', 'print ', 'prin', 'p%', 'pr_nt']) {
          matches(await scene.claim({ fingerprint }), { type: 'mismatch' }, JSON.stringify(fingerprint))
        }
        matches(await scene.claim({ fingerprint: 'print' }), { type: 'settled' })
      },
    },
    {
      name: 'compares fingerprints only where both the record and the claim have one',
      async run(scene) {
        const bare = scene.at(`${scene.key}:bare`)
        await scene.acquire({ fingerprint: 'print' })
        await bare.acquire()
        matches(await scene.claim(), { type: 'running' })
        matches(await bare.claim({ fingerprint: 'print' }), { type: 'running' })
      },
    },
    {
      name: 'keeps the fingerprint through later attempts, and takes one where there was none',
      async run(scene) {
        const bare = scene.at(`${scene.key}:bare`)
        await scene.fail((await scene.acquire({ fingerprint: 'print' })).owner, 'retryable')
        await scene.acquire()
        matches(await scene.claim({ fingerprint: 'other' }), { type: 'mismatch' })
        await bare.fail((await bare.acquire()).owner, 'retryable')
        await bare.acquire({ fingerprint: 'print' })
        matches(await bare.claim({ fingerprint: 'other' }), { type: 'mismatch' })
      },
    },
  ],
}
