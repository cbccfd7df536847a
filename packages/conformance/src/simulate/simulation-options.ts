import type { Store } from '@idem/core'
import type { Breach, FaultKind } from './history'
import type { Scenario } from './scenario'
import type { IdemUnderTest } from './world/world'

export interface SimulationOptions {
  /** The engine under test. @defaultValue `Idem` */
  readonly idem?: IdemUnderTest
  /** The store, on the simulation's clock. @defaultValue `MemoryStore` */
  readonly store?: (clock: () => number) => Store
  /** @defaultValue all that the package has */
  readonly scenarios?: readonly Scenario[]
  /** How far to go through every order of everything that can happen; `false` for not at all. */
  readonly exhaustive?: ExhaustiveOptions | false
  /** How many histories to play at random beyond that; `false` for none. */
  readonly random?: RandomOptions | false
  /** After so many violations it stops. @defaultValue 1 */
  readonly maxViolations?: number
  /** Stops it early; what was found so far is reported. */
  readonly signal?: AbortSignal
  /** Is told now and then how far it is. */
  readonly onProgress?: (progress: SimulationProgress) => void
}

export interface ExhaustiveOptions extends Partial<Readonly<Record<FaultKind, number>>> {
  /** @defaultValue 2 */
  readonly processes?: number
  /** How many faults a history has at most, of all kinds together. @defaultValue 1 */
  readonly faults?: number
  /** Where a scenario has more histories than this, it is cut short, and the report says so. @defaultValue no limit */
  readonly maxHistories?: number
}

export interface RandomOptions extends Partial<Readonly<Record<FaultKind, number>>> {
  /** @defaultValue 3 */
  readonly processes?: number
  /** How many faults a history has at most, of all kinds together. @defaultValue 4 */
  readonly faults?: number
  readonly histories: number
  /** The same seed plays the same histories. @defaultValue 1 */
  readonly seed?: number
}

export interface SimulationProgress {
  readonly scenario: string
  readonly mode: 'exhaustive' | 'random'
  readonly histories: number
  readonly violations: number
}

/** One history that breaks the promise. */
export interface Violation extends Breach {
  /** Plays it again, exactly: see {@link replay}. */
  readonly seed: string
  /** What happened, as a table for people. */
  readonly history: string
}

export interface SimulationReport {
  /** Of each scenario. */
  readonly scenarios: readonly ScenarioReport[]
  /** Histories played to their end, in all. */
  readonly histories: number
  readonly perSecond: number
  readonly violations: readonly Violation[]
}

export interface ScenarioReport {
  readonly scenario: string
  /** Histories played in every order that makes a difference. */
  readonly exhaustive: number
  /** Orders that were broken off, because they come to the same as one that was played. */
  readonly pruned: number
  /** Whether there was no history left within the bounds. */
  readonly isComplete: boolean
  readonly random: number
}
