import type { KeyPlan } from '../workload/workload'

/** What an attempt gives: who made it, and ballast, so that some requests are cut in their middle. */
export interface Answer {
  readonly madeBy: string
  readonly filler: string
}

export const makeAnswer = (plan: KeyPlan, madeBy: string): Answer => ({
  madeBy,
  filler: 'x'.repeat(plan.fillerBytes),
})

/** What of an answer goes into the history; anything that is not an answer as it was made shows there. */
export function told(plan: KeyPlan, value: unknown): string {
  const { madeBy, filler } = (value ?? {}) as Partial<Answer>
  if (typeof madeBy === 'string' && filler === 'x'.repeat(plan.fillerBytes)) return madeBy
  return `damaged: ${(JSON.stringify(value) ?? 'undefined').slice(0, 200)}`
}
