import type { ScenarioRow } from './scenario-storm'

const HEAD = { store: 'store', scenario: 'scenario', effects: 'took effect', requests: 'requests', ms: 'ms' }

const line = ({ store, scenario, effects, requests, ms }: typeof HEAD): string =>
  `${store.padEnd(8)}  ${scenario.padEnd(72)}  ${effects.padStart(11)}  ${requests.padStart(8)}  ${ms.padStart(6)}`

/** What stands above the lines of all scenarios. */
export const scenarioHead = (): string => `\n${line(HEAD)}\n`

/** One scenario, as people read it. */
export function scenarioLine(row: ScenarioRow, colour: boolean): string {
  const { store, scenario, requests, effects, intended, ms } = row
  const cells = { store, scenario, requests: String(requests), ms: String(ms) }
  const text = line({ ...cells, effects: `${effects} of ${intended}` })
  return `${colour ? `\u001b[${effects === intended ? 32 : 31}m${text}\u001b[0m` : text}\n`
}
