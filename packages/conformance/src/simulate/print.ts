import type { Breach } from './history'
import type { Scenario } from './scenario'
import type { Note } from './world/world'

const LONGEST_TEXT = 200

/** A history as people read it: who did what, and when. */
export function printHistory(
  scenario: Scenario,
  seed: string,
  notes: readonly Note[],
  breaches: readonly Breach[],
): string {
  const width = Math.max(...notes.map(({ who }) => who.length), 0)
  const lines = notes.map(
    ({ ms, who, text }) => `${String(ms).padStart(6)} ms  ${who.padEnd(width)}  ${shortened(text)}`,
  )
  const broken = breaches.map(({ rule, message }) => `✗ ${rule}: ${message}`)
  return [`${scenario.name}: ${scenario.about}`, ...lines, ...broken, `seed: ${seed}`].join('\n')
}

const shortened = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
