import type { Claim, Store } from '@idem/core'
import { claimOf, completionOf } from '../claims'

interface Stage {
  readonly store: Store
}

/** What lasts so long is over when a story has been told. */
export const BRIEF_MS = 1000
const HOUR_MS = 3_600_000
const first = (key: string, claim: Partial<Claim> = {}): Claim =>
  claimOf(key, { owner: `${key}:owner`, fingerprint: 'one', keepMs: HOUR_MS, ...claim })
const fail = (store: Store, { key, owner }: Claim, kind: 'retryable' | 'final' | 'abandoned') =>
  store.fail({ ...completionOf(claimOf(key, { owner })), kind, failure: kind })

/** An attempt that failed, and another: its claim. */
async function second(
  store: Store,
  key: string,
  owner: string,
  kind: 'retryable' | 'abandoned',
  times: Partial<Claim> = {},
): Promise<Claim> {
  const before = first(key, { owner: 'before' })
  await store.claim(before)
  await store.saveStep({ ...before, name: 'step', value: 'saved' })
  await fail(store, before, kind)
  const claim = first(key, { owner, ...times })
  await store.claim(claim)
  return claim
}

async function settled(store: Store, key: string, retentionMs: number, tombstoneMs = 0, value?: string) {
  const claim = first(key)
  await store.claim(claim)
  await store.complete(completionOf(claim, { retentionMs, tombstoneMs, value: value ?? 'value' }))
}

/**
 * What a record may have been through, by a name. `<key>:owner` is the owner of its last attempt. What one resolves to, if to
 * anything, is the fence of an attempt that somebody has waited for.
 */
export const stories: Readonly<Record<string, (stage: Stage, key: string) => Promise<unknown>>> = {
  async none() {},
  async running({ store }, key) {
    await store.claim(first(key))
  },
  async "a stranger's"({ store }, key) {
    await store.claim(first(key, { owner: 'another', leaseMs: Number.POSITIVE_INFINITY }))
  },
  async 'without a fingerprint'({ store }, key) {
    await store.claim(first(key, { fingerprint: undefined }))
    await store.complete(completionOf(first(key)))
  },
  async lapsed({ store }, key) {
    await store.claim(first(key, { owner: 'another', leaseMs: BRIEF_MS }))
  },
  async 'past its keeping'({ store }, key) {
    await store.claim(first(key, { leaseMs: BRIEF_MS, keepMs: BRIEF_MS }))
  },
  async succeeded({ store }, key) {
    await settled(store, key, HOUR_MS)
  },
  async 'succeeded for ever'({ store }, key) {
    await settled(store, key, Number.POSITIVE_INFINITY)
  },
  async 'succeeded in a second attempt'({ store }, key) {
    await store.complete(completionOf(await second(store, key, `${key}:owner`, 'abandoned')))
  },
  async 'past its retention'({ store }, key) {
    await settled(store, key, BRIEF_MS)
  },
  async tombstone({ store }, key) {
    await settled(store, key, BRIEF_MS, HOUR_MS)
  },
  async 'failed for good'({ store }, key) {
    await store.claim(first(key))
    await fail(store, first(key), 'final')
  },
  async 'failed, to be tried again'({ store }, key) {
    await store.claim(first(key, { owner: 'another' }))
    await fail(store, first(key, { owner: 'another' }), 'retryable')
  },
  async 'failed by its own'({ store }, key) {
    await store.claim(first(key))
    await fail(store, first(key), 'retryable')
  },
  async 'failed while somebody waited'({ store }, key) {
    const outcome = await store.claim(first(key, { owner: 'another' }))
    await fail(store, first(key, { owner: 'another' }), 'retryable')
    return 'fence' in outcome ? outcome.fence : undefined
  },
  async abandoned({ store }, key) {
    await store.claim(first(key, { owner: 'another' }))
    await fail(store, first(key, { owner: 'another' }), 'abandoned')
  },
  async 'abandoned by its own'({ store }, key) {
    await store.claim(first(key))
    await fail(store, first(key), 'abandoned')
  },
  async 'tried again'({ store }, key) {
    await second(store, key, `${key}:owner`, 'retryable')
  },
  async 'taken over'({ store }, key) {
    await second(store, key, `${key}:owner`, 'abandoned')
  },
  async 'tried again, and past its keeping'({ store }, key) {
    await second(store, key, `${key}:owner`, 'retryable', { leaseMs: BRIEF_MS, keepMs: BRIEF_MS })
  },
  async deleted({ store }, key) {
    await settled(store, key, HOUR_MS)
    await store.delete(key)
  },
}
