import type { Budget } from '../budget'
import type { FaultKind } from '../history'

/** What is needed to play a history again, exactly. */
export interface Played {
  readonly scenario: string
  readonly processes: number
  readonly budget: Budget
  /** Which choice was taken at each point; from there on the first, which is free of faults. */
  readonly taken: readonly number[]
}

const KINDS: readonly FaultKind[] = ['crash', 'loss', 'lapse', 'outage', 'tick', 'jump', 'late']

/** A history as text: `scenario~processes~faults~choices`, where a first choice is left out. */
export function encodeSeed({ scenario, processes, budget, taken }: Played): string {
  const numbers = [...KINDS.map((kind) => budget[kind]), budget.total]
  const last = taken.findLastIndex((choice) => choice !== 0)
  const choices = taken.slice(0, last + 1).map((choice) => (choice === 0 ? '' : choice.toString(36)))
  return [scenario, processes, numbers.join('.'), choices.join('.')].join('~')
}

/** @throws TypeError if the text is no seed */
export function decodeSeed(seed: string): Played {
  const [scenario, processes, numbers, choices, ...rest] = seed.split('~')
  const budget = numbers?.split('.').map(Number) ?? []
  const taken = choices
    ? choices
        .split('.')
        .map((choice) =>
          choice === '' ? 0 : /^[0-9a-z]+$/.test(choice) ? Number.parseInt(choice, 36) : Number.NaN,
        )
    : []
  const all = [Number(processes), ...budget, ...taken]
  if (
    !scenario ||
    rest.length > 0 ||
    budget.length !== KINDS.length + 1 ||
    !all.every(Number.isSafeInteger)
  ) {
    throw new TypeError(`seed must be what a violation printed; got ${JSON.stringify(seed)}`)
  }
  const [crash = 0, loss = 0, lapse = 0, outage = 0, tick = 0, jump = 0, late = 0, total = 0] = budget
  return {
    scenario,
    processes: Number(processes),
    budget: { crash, loss, lapse, outage, tick, jump, late, total },
    taken,
  }
}
