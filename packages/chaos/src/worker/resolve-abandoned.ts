import type { KeyPlan } from '../workload/workload'
import { makeAnswer } from './answer'
import type { Caller } from './call'

/** Does what an operator does about a key that its policy leaves abandoned: finds out, and settles it by hand. */
export async function resolveAbandoned({ idem, log, life }: Caller, plan: KeyPlan): Promise<void> {
  const { key, onAbandoned } = plan
  if (onAbandoned !== 'reject') return
  try {
    const record = await idem.inspect(key)
    if (record?.state !== 'abandoned') return
    const answer = makeAnswer(plan, `${key} resolved in ${life} at ${log.now()}`)
    const value = answer.madeBy
    log.add({ type: 'resolving', key, value })
    // Refused, if its owner was only late, and came first.
    log.add({ type: 'resolved', key, value, accepted: await idem.resolve(key, answer) })
  } catch (error) {
    // The store is away: then somebody will look again. Or its owner was only late, and has renewed its lease meanwhile.
    if (!['STORE', 'IN_PROGRESS'].includes(String((error as { code?: unknown }).code))) throw error
  }
}
