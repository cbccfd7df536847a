import { type Idem, OperationFailedError, type RunOptions } from '@idem/core'
import type { EventLog } from '../history/event-log'
import type { Duplicate, KeyPlan } from '../workload/workload'
import { told } from './answer'
import { isForGood } from './planned-failure'
import { runHandler } from './run-handler'
import { tellError } from './tell-error'

/** What a process needs for its calls. */
export interface Caller {
  readonly idem: Idem
  readonly log: EventLog
  readonly life: string
}

/** Calls a key once, and tells whether the answer is one that stays. */
export async function callOnce(
  { idem, log, life }: Caller,
  { plan, id }: Pick<Duplicate, 'plan' | 'id'>,
  nth: number,
): Promise<boolean> {
  const { key } = plan
  const said = { key, call: `${life}/${id}/${nth}`, duplicate: id }
  log.add({ type: 'called', ...said })
  try {
    const { value, attempt, replayed } = await idem.execute(
      key,
      (ctx) => runHandler(ctx, plan, life, log),
      runOptions(plan),
    )
    log.add({ type: 'answered', ...said, value: told(plan, value), attempt, replayed })
    return true
  } catch (error) {
    const failed = error instanceof OperationFailedError ? error : undefined
    const failure = failed && tellError(Object.assign(new Error(), failed.failure))
    log.add({ type: 'refused', ...said, error: tellError(error), failure, attempt: failed?.attempt })
    return isForGood(error) || isForGood(failure)
  }
}

const runOptions = ({ key, onAbandoned }: KeyPlan): RunOptions => ({
  fingerprint: { key },
  onAbandoned,
  isRetryable: (error) => !isForGood(error),
})
