import { setTimeout as sleep } from 'node:timers/promises'
import type { KeyPlan } from '../workload/workload'
import { told } from './answer'
import { type Caller, callOnce } from './call'
import { resolveAbandoned } from './resolve-abandoned'

/** Calls for one key, at most: each planned failure takes one, and so may a lease that has yet to lapse. */
const CALLS = 8

/** When all is over: calls each key until it has an answer, and reads its record. */
export async function audit(caller: Caller, keys: readonly KeyPlan[]): Promise<void> {
  await Promise.all(keys.map((plan, index) => auditKey(caller, plan, index)))
}

async function auditKey(caller: Caller, plan: KeyPlan, index: number): Promise<void> {
  const { idem, log } = caller
  const { key } = plan
  for (let nth = 1; nth <= CALLS; nth++) {
    if (await callOnce(caller, { plan, id: -1 - index }, nth)) break
    await resolveAbandoned(caller, plan)
    await sleep(20)
  }
  const record = await idem.inspect(key)
  const value = record?.state === 'succeeded' ? { value: told(plan, record.value) } : {}
  log.add({
    type: 'recorded',
    key,
    state: record?.state ?? 'missing',
    retryable: record?.retryable,
    attempt: record?.attempt,
    fence: record?.fence,
    ...value,
  })
}
