import type { LockStore } from '@idem/core'
import type { CaseFailure, CaseGroup, Stage } from '../suite/conformance-case'
import { failures } from '../suite/failures'
import { registerCases } from '../suite/register-cases'
import type { SuiteTerms } from '../suite/suite-terms'
import { timeOf } from '../suite/time'
import { acquireCases } from './acquire-cases'
import { holderCases } from './holder-cases'
import { lockClockCases } from './lock-clock-cases'
import { lockConcurrencyCases } from './lock-concurrency-cases'
import { lockModelCases } from './lock-model-cases'
import { LockScene } from './lock-scene'
import { lockWatchCases } from './lock-watch-cases'

/** A lock store to be tried, and what it takes to let time pass for it. */
export interface LockStoreFixture {
  readonly store: LockStore
  /**
   * Moves the store's clock by so many milliseconds, where that can be done. Without it the suite really waits, for
   * some tens of milliseconds at a time.
   */
  readonly advance?: ((ms: number) => Promise<void> | void) | undefined
}

/** How a suite gets a lock store, and what it asks of it. */
export interface LockStoreSuite<Fixture extends LockStoreFixture = LockStoreFixture> extends SuiteTerms {
  /** Called once. The store may hold other locks: the suite's names are its own, and random. */
  readonly create: () => Promise<Fixture> | Fixture
  /** Called once, when all is done. */
  readonly dispose?: ((fixture: Fixture) => Promise<void> | void) | undefined
}

const groups: readonly CaseGroup<LockScene>[] = [
  acquireCases,
  holderCases,
  lockConcurrencyCases,
  lockWatchCases,
  lockClockCases,
  lockModelCases,
]

/**
 * Registers a vitest suite that a {@link LockStore} passes if it keeps every sentence of the contract.
 *
 * @example
 * describeLockStore('MyLockStore', {
 *   create: () => ({ store: new MyLockStore(client) }),
 *   dispose: () => client.quit(),
 * })
 */
export function describeLockStore<Fixture extends LockStoreFixture>(
  name: string,
  suite: LockStoreSuite<Fixture>,
): void {
  registerCases(name, groups, stageOf(suite))
}

/** Runs the cases of {@link describeLockStore} in any program, one after another, and yields those that fail. */
export function lockStoreFailures<Fixture extends LockStoreFixture>(
  suite: LockStoreSuite<Fixture>,
): AsyncGenerator<CaseFailure, void, undefined> {
  return failures(groups, stageOf(suite))
}

function stageOf<Fixture extends LockStoreFixture>(
  suite: LockStoreSuite<Fixture>,
): Stage<Fixture, LockScene> {
  const { create, dispose } = suite
  const scene = ({ store, advance }: Fixture) => new LockScene(store, timeOf(advance), suite)
  return { create, dispose, scene }
}
