import type { Store } from '@idem/core'
import type { CaseFailure, CaseGroup, Stage } from '../suite/conformance-case'
import { failures } from '../suite/failures'
import { registerCases } from '../suite/register-cases'
import type { SuiteTerms } from '../suite/suite-terms'
import { timeOf } from '../suite/time'
import { attemptCases } from './attempt-cases'
import { claimCases } from './claim-cases'
import { clockCases } from './clock-cases'
import { concurrencyCases } from './concurrency-cases'
import { extendCases } from './extend-cases'
import { fenceCases } from './fence-cases'
import { fingerprintCases } from './fingerprint-cases'
import { keepingCases } from './keeping-cases'
import { listCases } from './list-cases'
import { modelCases } from './model/model-cases'
import { payloadCases } from './payload-cases'
import { recordCases } from './record-cases'
import { releaseCases } from './release-cases'
import { repeatCases } from './repeat-cases'
import { resolveCases } from './resolve-cases'
import { settleCases } from './settle-cases'
import { stepCases } from './step-cases'
import { StoreScene } from './store-scene'
import { watchCases } from './watch-cases'

/** A store to be tried, and what it takes to let time pass for it. */
export interface StoreFixture {
  readonly store: Store
  /**
   * Moves the store's clock by so many milliseconds, where that can be done. Without it the suite really waits, for
   * some tens of milliseconds at a time.
   */
  readonly advance?: ((ms: number) => Promise<void> | void) | undefined
}

/** How a suite gets a store, and what it asks of it. */
export interface StoreSuite<Fixture extends StoreFixture = StoreFixture> extends SuiteTerms {
  /** Called once. The store may hold other records: the suite's keys are its own, and random. */
  readonly create: () => Promise<Fixture> | Fixture
  /** Called once, when all is done. */
  readonly dispose?: ((fixture: Fixture) => Promise<void> | void) | undefined
}

const groups: readonly CaseGroup<StoreScene>[] = [
  claimCases,
  fingerprintCases,
  attemptCases,
  repeatCases,
  keepingCases,
  fenceCases,
  extendCases,
  settleCases,
  releaseCases,
  stepCases,
  resolveCases,
  recordCases,
  listCases,
  payloadCases,
  concurrencyCases,
  watchCases,
  clockCases,
  modelCases,
]

/**
 * Registers a vitest suite that a {@link Store} passes if it keeps every sentence of the contract.
 *
 * @example
 * describeStore('MyStore', {
 *   create: () => ({ store: new MyStore(client) }),
 *   dispose: () => client.quit(),
 * })
 */
export function describeStore<Fixture extends StoreFixture>(name: string, suite: StoreSuite<Fixture>): void {
  registerCases(name, groups, stageOf(suite))
}

/**
 * Runs the cases of {@link describeStore} in any program, one after another, and yields those that fail.
 *
 * @param first - the part of the contract to begin with, for who expects a failure there: the name of its group of tests
 * @throws TypeError if no part has that name
 */
export function storeFailures<Fixture extends StoreFixture>(
  suite: StoreSuite<Fixture>,
  first: string = claimCases.about,
): AsyncGenerator<CaseFailure, void, undefined> {
  const beginning = groups.filter(({ about }) => about === first)
  if (beginning.length === 0) throw new TypeError(`no part of the contract is called ${first}`)
  const others = groups.filter(({ about }) => about !== first)
  return failures([...beginning, ...others], stageOf(suite))
}

function stageOf<Fixture extends StoreFixture>(suite: StoreSuite<Fixture>): Stage<Fixture, StoreScene> {
  const { create, dispose } = suite
  const scene = ({ store, advance }: Fixture) => new StoreScene(store, timeOf(advance), suite)
  return { create, dispose, scene }
}
