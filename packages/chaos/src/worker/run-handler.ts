import { setTimeout as sleep } from 'node:timers/promises'
import type { AttemptContext } from '@idem/core'
import type { EventLog } from '../history/event-log'
import type { KeyPlan } from '../workload/workload'
import { type Answer, makeAnswer } from './answer'
import { FOR_GOOD, PlannedFailure } from './planned-failure'
import { tellError } from './tell-error'

/** The work of one attempt, as planned for its key, with all that it does written down. */
export async function runHandler(
  ctx: AttemptContext,
  plan: KeyPlan,
  life: string,
  log: EventLog,
): Promise<Answer> {
  const { key } = plan
  const { attempt, fence, takeover } = ctx
  log.add({ type: 'began', key, fence, attempt, takeover })
  try {
    const answer = await work(ctx, plan, life, log)
    log.add({ type: 'ended', key, fence, value: answer.madeBy })
    return answer
  } catch (error) {
    log.add({ type: 'ended', key, fence, error: tellError(error) })
    throw error
  }
}

async function work(ctx: AttemptContext, plan: KeyPlan, life: string, log: EventLog): Promise<Answer> {
  const { key, failingAttempts, failsForGood, steps, workMs } = plan
  const { attempt, fence } = ctx
  const partMs = workMs / (steps + 1)
  for (let nth = 1; nth <= steps; nth++) {
    const name = `step-${nth}`
    const value = await ctx.step(name, async () => {
      const made = `${name} of ${fence}`
      log.add({ type: 'step-ran', key, fence, name, value: made })
      await pause(ctx, plan, partMs)
      return made
    })
    log.add({ type: 'step-got', key, fence, name, value })
  }
  await pause(ctx, plan, partMs)
  const told = `attempt ${attempt} of ${key} in ${life}, fence ${fence}`
  if (attempt <= failingAttempts) throw new PlannedFailure(told, 'MAY_RETRY')
  if (failsForGood) throw new PlannedFailure(told, FOR_GOOD)
  return makeAnswer(plan, told)
}

async function pause(ctx: AttemptContext, { heedsSignal }: KeyPlan, ms: number): Promise<void> {
  if (!heedsSignal) {
    await sleep(ms)
    return
  }
  await sleep(ms, undefined, { signal: ctx.signal }).catch(() => {})
  ctx.signal.throwIfAborted()
}
