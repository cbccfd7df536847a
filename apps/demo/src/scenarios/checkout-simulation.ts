import type { Context } from 'hono'
import { SIMULATIONS, type Simulation } from '../gateway/gateway'
import { Fields } from '../http/fields'

/** What a checkout does, in order. */
export const STEPS = ['order', 'reserve', 'charge', 'pay', 'publish'] as const
export type Step = (typeof STEPS)[number]

/** Where a checkout can be told to die, in order: before a step, and after it, when it is done and nobody knows yet. */
export const CRASH_POINTS = STEPS.flatMap((step) => [`crash-before-${step}`, `crash-after-${step}`] as const)

/** What a request asks to go wrong. */
export interface Wish {
  readonly gateway: Simulation | undefined
  /** Does a step, and dies before or after it if that is wanted. */
  around<T>(step: Step, run: () => Promise<T>): Promise<T>
}

/**
 * What the header `Simulate` asks for.
 *
 * @param crash - ends this process at once
 * @throws BadRequestError if it is nothing that can be simulated
 */
export function readSimulation(c: Context, crash: () => void): Wish {
  const known: readonly string[] = [...CRASH_POINTS, ...SIMULATIONS]
  const fields = new Fields({ Simulate: c.req.header('Simulate') })
  const wanted = fields.read('Simulate', `${known.join(' or ')}, or nothing`, (value) => {
    if (value === undefined) return ''
    return known.find((one) => one === value)
  })
  if (wanted === undefined) return fields.refuse()
  return {
    gateway: SIMULATIONS.find((simulation) => simulation === wanted),
    around: async (step, run) => {
      if (wanted === `crash-before-${step}`) crash()
      const value = await run()
      if (wanted === `crash-after-${step}`) crash()
      return value
    },
  }
}
