import { decodeSeed } from './explore/seed'
import type { Breach } from './history'
import { scenarios as ownScenarios } from './scenarios/scenarios'
import { Simulation } from './simulation'
import type { ScenarioReport, SimulationOptions, SimulationReport } from './simulation-options'

/**
 * Plays the real engine through simulated histories, in which every await is a point where anything may happen first,
 * and judges each of them by the promise: one answer, nothing guessed, the store decides, cheap, and all comes to an end.
 *
 * **All** histories means: every order in which calls begin, requests reach the store, replies, notices and timers reach
 * their process, handlers go on and callers leave, with up to so many faults, each at any point: a process crashes (what
 * it has sent arrives or not), a request or a reply is lost, a request arrives after it was given up, time passes while
 * something is slow (one timer, or a whole lease), the store's clock jumps, the store is down for a while. Orders that
 * cannot make a difference are played once. Then come random histories, with more faults and processes.
 *
 * @example
 * const report = await simulate({ exhaustive: { faults: 1 }, random: { histories: 10_000 } })
 * for (const violation of report.violations) console.log(violation.history)
 */
export async function simulate(options: SimulationOptions = {}): Promise<SimulationReport> {
  const simulation = new Simulation(options)
  const startedAt = performance.now()
  const reports: ScenarioReport[] = []
  for (const scenario of options.scenarios ?? ownScenarios) {
    if (simulation.isOver) break
    const exhaustive = await simulation.exhaust(scenario)
    reports.push({ scenario: scenario.name, ...exhaustive, random: 0 })
  }
  const random = await simulation.roam()
  const histories = simulation.played
  return {
    scenarios: reports.map((report) => ({ ...report, random: random.get(report.scenario) ?? 0 })),
    histories,
    perSecond: Math.round(histories / ((performance.now() - startedAt) / 1000)),
    violations: simulation.violations,
  }
}

/**
 * Plays one history again, and says what happened.
 *
 * @throws TypeError if the text is no seed, or of a scenario that is not known
 */
export async function replay(
  seed: string,
  options: Pick<SimulationOptions, 'idem' | 'store' | 'scenarios'> = {},
): Promise<{ readonly breaches: readonly Breach[]; readonly history: string }> {
  const played = decodeSeed(seed)
  const scenario = (options.scenarios ?? ownScenarios).find(({ name }) => name === played.scenario)
  if (scenario === undefined)
    throw new TypeError(`seed is of scenario ${played.scenario}, which is not known`)
  return new Simulation(options).replay(scenario, played)
}
