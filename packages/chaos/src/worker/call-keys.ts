import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '@idem/harness'
import type { Duplicate } from '../workload/workload'
import type { Caller } from './call'
import type { CallerRole } from './order'
import { resolveAbandoned } from './resolve-abandoned'
import type { PartTimes } from './take-part'

/** How long a caller rests before it calls again, as one does that got an error. */
const REST_MS = { least: 20, most: 250 }

/** So often a caller is refused before it sees to it that an operator looks. */
const CALLS_BEFORE_RESOLVING = 5

/** Calls a key for the nth time, and tells whether the answer is one that stays. */
export type Call = (duplicate: Duplicate, nth: number) => Promise<boolean>

/** Calls for each duplicate of a place at its time, and again until there is an answer that stays. */
export async function callKeys(
  caller: Caller,
  duplicates: readonly Duplicate[],
  role: CallerRole,
  { beganAt, dismissed }: PartTimes,
  call: Call,
): Promise<void> {
  const { place, done, patienceMs } = role
  const { log } = caller
  let giveUpAt = Number.POSITIVE_INFINITY
  void dismissed.then(() => {
    giveUpAt = log.now() + patienceMs
  })
  const isDone = new Set(done)
  const own = duplicates.filter((duplicate) => duplicate.place === place && !isDone.has(duplicate.id))
  await Promise.all(
    own.map((duplicate) => callUntilAnswered(caller, duplicate, beganAt, () => log.now() >= giveUpAt, call)),
  )
}

async function callUntilAnswered(
  caller: Caller,
  duplicate: Duplicate,
  beganAt: number,
  hasGivenUp: () => boolean,
  call: Call,
): Promise<void> {
  const { log, life } = caller
  const random = new Random(life, duplicate.id)
  await sleep(Math.max(0, beganAt + duplicate.callsAtMs - log.now()))
  for (let nth = 1; !hasGivenUp(); nth++) {
    if (await call(duplicate, nth)) return
    if (nth % CALLS_BEFORE_RESOLVING === 0) await resolveAbandoned(caller, duplicate.plan)
    await sleep(random.whole(REST_MS.least, REST_MS.most))
  }
}
