import type { TrialSettings } from '../../src/program'

/** Short turns: what is tested is what happens, never how fast. */
export function trialSettings(own: Partial<TrialSettings> = {}): TrialSettings {
  return {
    rounds: 5,
    inFlight: [1],
    turnMs: 1,
    records: 1000,
    signal: new AbortController().signal,
    progress: () => {},
    ...own,
  }
}
