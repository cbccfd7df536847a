import { Idem, MemoryStore } from '@idem/core'
import type { Budget } from './budget'
import { asTaken, atRandom } from './explore/at-random'
import { DepthFirst } from './explore/depth-first'
import { encodeSeed, type Played } from './explore/seed'
import { shrink } from './explore/shrink'
import type { Breach, FaultKind } from './history'
import { printHistory } from './print'
import { judge } from './rules/rules'
import type { Scenario } from './scenario'
import { scenarios as ownScenarios } from './scenarios/scenarios'
import type { ScenarioReport, SimulationOptions, SimulationProgress, Violation } from './simulation-options'
import type { Chooser } from './world/choice'
import { type Note, World } from './world/world'

/** How many histories are played between two words about progress. */
const PROGRESS_EVERY = 5000

/** Plays histories, judges them, and keeps what broke the promise. */
export class Simulation {
  readonly violations: Violation[] = []
  played = 0
  readonly #options: SimulationOptions

  constructor(options: SimulationOptions) {
    this.#options = options
  }

  get isOver(): boolean {
    const { maxViolations = 1, signal } = this.#options
    return this.violations.length >= maxViolations || signal?.aborted === true
  }

  /** Every history up to a number of faults. */
  async exhaust(scenario: Scenario): Promise<Omit<ScenarioReport, 'scenario' | 'random'>> {
    const { exhaustive = {} } = this.#options
    if (exhaustive === false) return { exhaustive: 0, pruned: 0, isComplete: false }
    const { processes = 2, faults = 1, maxHistories = Number.POSITIVE_INFINITY } = exhaustive
    const before = this.played
    const walk = new DepthFirst()
    const budget = budgetOf(exhaustive, faults)
    let pruned = 0
    while (!walk.isDone && !this.isOver && this.played - before < maxHistories) {
      const breaches = await this.#play(scenario, processes, budget, walk.choose)
      if (breaches === undefined) pruned++
      else {
        if (breaches.length > 0) {
          await this.#report(
            scenario,
            { scenario: scenario.name, processes, budget, taken: walk.taken },
            breaches,
          )
        }
        this.#count(scenario, 'exhaustive')
      }
      walk.next()
    }
    return { exhaustive: this.played - before, pruned, isComplete: walk.isDone }
  }

  /** Random histories, of every scenario in turn. */
  async roam(): Promise<ReadonlyMap<string, number>> {
    const { random = false, scenarios = ownScenarios } = this.#options
    const counts = new Map<string, number>()
    if (random === false) return counts
    const { processes = 3, faults = 4, histories, seed = 1 } = random
    const budget = budgetOf(random, faults)
    for (let number = 0; number < histories && !this.isOver; number++) {
      const scenario = scenarios[number % scenarios.length] as Scenario
      const taken: number[] = []
      const chance = atRandom(Math.imul(seed, 0x9e3779b1) + number, taken)
      const breaches = (await this.#play(scenario, processes, budget, chance)) ?? []
      if (breaches.length > 0) {
        await this.#report(scenario, { scenario: scenario.name, processes, budget, taken }, breaches)
      }
      this.#count(scenario, 'random')
      counts.set(scenario.name, (counts.get(scenario.name) ?? 0) + 1)
    }
    return counts
  }

  async replay(
    scenario: Scenario,
    played: Played,
  ): Promise<{ readonly breaches: readonly Breach[]; readonly history: string }> {
    const notes: Note[] = []
    const { processes, budget, taken } = played
    const breaches = (await this.#play(scenario, processes, budget, asTaken(taken), notes)) ?? []
    return { breaches, history: printHistory(scenario, encodeSeed(played), notes, breaches) }
  }

  async #play(
    scenario: Scenario,
    processes: number,
    budget: Budget,
    choose: Chooser,
    notes?: Note[],
  ): Promise<Breach[] | undefined> {
    const { idem = Idem, store = (clock) => new MemoryStore({ clock }) } = this.#options
    const world = new World({ idem, store, scenario, processes, budget, ...(notes && { notes }) })
    return (await world.play(choose)) ? judge(world.history) : undefined
  }

  async #report(scenario: Scenario, found: Played, [first]: readonly Breach[]): Promise<void> {
    const { rule } = first as Breach
    const played = await shrink(found, async (taken) => {
      const breaches = await this.#play(scenario, found.processes, found.budget, asTaken(taken))
      return breaches?.some((breach) => breach.rule === rule) ?? false
    })
    const { breaches, history } = await this.replay(scenario, played)
    const breach = breaches.find((one) => one.rule === rule) ?? (first as Breach)
    this.violations.push({ ...breach, seed: encodeSeed(played), history })
  }

  #count(scenario: Scenario, mode: SimulationProgress['mode']): void {
    this.played++
    if (this.played % PROGRESS_EVERY !== 0) return
    const { played: histories, violations } = this
    this.#options.onProgress?.({ scenario: scenario.name, mode, histories, violations: violations.length })
  }
}

function budgetOf(limits: Partial<Readonly<Record<FaultKind, number>>>, total: number): Budget {
  const { crash = total, loss = total, lapse = total, outage = total } = limits
  const { tick = total, jump = total, late = total } = limits
  return { crash, loss, lapse, outage, tick, jump, late, total }
}
