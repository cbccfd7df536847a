import { composeStore } from '../../src/compose/compose-store'
import type { ComposeOptions } from '../../src/compose/options'
import type { Claim } from '../../src/contracts/store'
import { ScriptedLockStore } from '../mutex/scripted-lock-store'
import { VirtualRuntime } from '../support/virtual-runtime'
import { ScriptedRepository } from './scripted-repository'

export const KEY = 'idem:::order'
/** What the lock store's clock is ahead of the local one. */
export const EPOCH = 1_700_000_000_000

/** A composed store whose clock, lock store and repository are in one hand. */
export function composeScene(options: Partial<ComposeOptions> = {}) {
  const time = new VirtualRuntime()
  const clock = { aheadMs: EPOCH }
  const lock = new ScriptedLockStore(() => clock.aheadMs + time.now())
  const repository = new ScriptedRepository()
  /** A process of its own, with nothing learnt yet. */
  const anotherStore = () => composeStore({ repository, lock, runtime: time, ...options })
  return { time, clock, lock, repository, store: anotherStore(), anotherStore }
}

export function aClaim(owner: string, claim: Partial<Claim> = {}): Claim {
  return {
    key: KEY,
    owner,
    leaseMs: 30_000,
    keepMs: 3_600_000,
    maxAttempts: Number.POSITIVE_INFINITY,
    onAbandoned: 'takeover',
    ...claim,
  }
}

export const aCompletion = (owner: string, retentionMs = 60_000) => ({
  key: KEY,
  owner,
  value: '"paid"',
  retentionMs,
  tombstoneMs: 0,
})
