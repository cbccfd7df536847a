import { deepEqual, equal } from 'node:assert/strict'
import type { Claim, ClaimOutcome, Store } from '@idem/core'

interface Scene {
  readonly store: Store
  advance(ms: number): void
}

/** So many go together, beside the one that keeps the way busy. */
const TOGETHER = 12
const HOUR_MS = 3_600_000

const claimsOf = (claim: Partial<Claim> = {}): Claim[] =>
  Array.from({ length: TOGETHER }, () => ({
    ...{ key: crypto.randomUUID(), owner: 'first', leaseMs: 60_000, keepMs: HOUR_MS, maxAttempts: Infinity },
    ...{ onAbandoned: 'takeover', ...claim },
  }))

async function claimAll({ store }: Scene, claims: readonly Claim[]): Promise<ClaimOutcome[]> {
  const [, ...outcomes] = await Promise.all(
    [...claimsOf().slice(-1), ...claims].map((claim) => store.claim(claim)),
  )
  return outcomes
}

const again = (claims: readonly Claim[], change: Partial<Claim>) =>
  claims.map((claim) => ({ ...claim, owner: 'second', ...change }))

const types = (outcomes: readonly ClaimOutcome[]) => new Set(outcomes.map(({ type }) => type))
const keeping = { retentionMs: 60_000, tombstoneMs: 0 }

/** What MongoDB adds to the contract: several keys a command. */
export const ownCases: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async 'claims that go together keep their fingerprints and leases'(scene) {
    const claims = claimsOf({ fingerprint: 'one' })
    deepEqual(types(await claimAll(scene, claims)), new Set(['acquired']))
    deepEqual(types(await claimAll(scene, again(claims, { fingerprint: 'two' }))), new Set(['mismatch']))
    deepEqual(types(await claimAll(scene, again(claims, {}))), new Set(['running']))
  },

  async 'claims that go together begin anew where nothing is kept, and try again what may be'(scene) {
    const claims = claimsOf()
    await claimAll(scene, claims)
    for (const { key, owner } of claims) {
      await scene.store.fail({ key, owner, kind: 'retryable', failure: 'f', ...keeping })
    }
    const second = again(claims, {})
    deepEqual(types(await claimAll(scene, second)), new Set(['acquired']))
    for (const { key, owner } of second) await scene.store.complete({ key, owner, value: 'v', ...keeping })
    scene.advance(120_000)
    const third = await claimAll(scene, again(claims, { owner: 'third' }))
    deepEqual(
      third.map((outcome) => outcome.type === 'acquired' && outcome.attempt),
      claims.map(() => 1),
    )
  },

  async 'completions that go together are refused one by one'(scene) {
    const claims = claimsOf()
    await claimAll(scene, claims)
    const settle = () =>
      Promise.all(
        [...claimsOf().slice(-1), ...claims].map(({ key, owner }, nth) =>
          scene.store.complete({ key, owner: nth === 3 ? 'stranger' : owner, value: 'v', ...keeping }),
        ),
      )
    const expected = [false, ...claims.map((_, nth) => nth !== 2)]
    deepEqual(await settle(), expected)
    deepEqual(await settle(), expected)
    equal((await scene.store.get(claims[2]?.key ?? ''))?.state, 'running')
  },

  async 'a clock that is set back brings back nothing that was deleted, and no fence'(scene) {
    const { store } = scene
    const [first] = claimsOf() as [Claim]
    const begun = await store.claim(first)
    await store.fail({ ...first, kind: 'retryable', failure: 'f', ...keeping })
    scene.advance(-60_000)
    const [second] = again([first], {}) as [Claim]
    const next = await store.claim(second)
    equal(next.type === 'acquired' && begun.type === 'acquired' && next.fence > begun.fence, true)
    scene.advance(60_000)
    equal(await store.delete(first.key), true)
    scene.advance(-30_000)
    equal(await store.delete(first.key), false)
    equal((await store.claim({ ...first, owner: 'third' })).type, 'acquired')
  },

  async 'every write moves the last change'({ store, advance }) {
    const [claim] = claimsOf() as [Claim]
    await store.claim(claim)
    const changed = async () => (await store.get(claim.key))?.updatedAt ?? 0
    const calls = [
      () => store.saveStep({ ...claim, name: 'step', value: 'v' }),
      () => store.fail({ ...claim, kind: 'retryable', failure: 'f', ...keeping }),
    ]
    for (const call of calls) {
      const before = await changed()
      advance(5000)
      await call()
      equal((await changed()) >= before + 5000, true)
    }
  },
}
