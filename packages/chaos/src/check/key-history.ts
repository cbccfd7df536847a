import type { KeyEvent } from '../history/event'
import type { KeyPlan } from '../workload/workload'
import { type Attempt, type BegunAttempt, settledAs, type TakenWrite } from './attempt'
import type { RunFacts } from './run-facts'

type Of<Type extends KeyEvent['type']> = Extract<KeyEvent, { type: Type }>
type Grant = Of<'claimed'> & { readonly fence: number; readonly attempt: number; readonly takeover: boolean }

/** All that is known of one key, put together for the rules. */
export class KeyHistory {
  readonly plan: KeyPlan
  readonly facts: RunFacts
  /** In the order of time. */
  readonly events: readonly KeyEvent[]
  /** Those that were granted, by fence. */
  readonly attempts: readonly Attempt[]
  /** Those of them whose handlers began. */
  readonly begun: readonly BegunAttempt[]

  constructor(plan: KeyPlan, events: readonly KeyEvent[], facts: RunFacts) {
    this.plan = plan
    this.facts = facts
    this.events = [...events].sort((one, other) => one.at - other.at)
    this.attempts = this.#grants()
      .map((grant) => this.#attempt(grant))
      .sort((one, other) => one.fence - other.fence)
    this.begun = this.attempts.filter((one): one is BegunAttempt => one.beganAt !== undefined)
  }

  all<Type extends KeyEvent['type']>(type: Type): Of<Type>[] {
    return this.events.filter((event): event is Of<Type> => event.type === type)
  }

  /** When claims were sent from which attempts may have come that nobody began: not answered, or late, or not begun. */
  unheardClaims(): number[] {
    const replies = new Map(this.all('claimed').map((one) => [`${one.owner} ${one.sentAt}`, one]))
    const begun = new Set(this.begun.map(({ fence }) => fence))
    return this.all('claiming').flatMap(({ owner, at }) => {
      const reply = replies.get(`${owner} ${at}`)
      const isHeard = reply !== undefined && reply.at - at < this.facts.leaseMs
      return isHeard && (reply.fence === undefined || begun.has(reply.fence)) ? [] : [at]
    })
  }

  /**
   * Whether a failure is told where it happened, and the store has not taken the report of it: it was away for too long.
   * Then another attempt follows, which may end otherwise.
   */
  isUnsettled({ life, error, failure }: Of<'refused'>): boolean {
    const { message } = failure ?? error
    return this.attempts.some(
      (attempt) =>
        attempt.life === life &&
        attempt.ended?.error?.message === message &&
        attempt.reports.length > 0 &&
        settledAs(attempt) === undefined,
    )
  }

  /** What the store granted; the same grant that was answered again counts once. */
  #grants(): Grant[] {
    const grants = new Map<string, Grant>()
    for (const claimed of this.all('claimed')) {
      const id = `${claimed.owner} ${claimed.fence}`
      if (claimed.outcome === 'acquired' && !grants.has(id)) grants.set(id, claimed as Grant)
    }
    return [...grants.values()]
  }

  #attempt({ owner, life, attempt: number, fence, takeover, at: grantedAt }: Grant): Attempt {
    const isItsOwners = (event: KeyEvent): boolean => 'owner' in event && event.owner === owner
    const isOfItsHandler = (event: KeyEvent): boolean =>
      event.life === life && 'fence' in event && event.fence === fence
    const ofItsOwner = this.events.filter(isItsOwners)
    const inside = this.events.filter(isOfItsHandler)
    const beganAt = inside.find(({ type }) => type === 'began')?.at
    // A claim that is sent again may be granted again, as another attempt. Its owner begins only one of them, and writes
    // in the name of that one.
    const own = beganAt === undefined ? [] : ofItsOwner
    const grants = ofItsOwner.filter((event) => event.type === 'claimed' && event.fence === fence)
    const renewals = [...grants, ...own].flatMap((event) =>
      event.type === 'renewed' || (event.type === 'claimed' && event.fence === fence) ? [event.sentAt] : [],
    )
    const ended = inside.find((event) => event.type === 'ended')
    return {
      owner,
      life,
      number,
      fence,
      takeover,
      claimedAt: Math.min(
        ...ofItsOwner.filter(({ type }) => type === 'claiming').map(({ at }) => at),
        grantedAt,
      ),
      grantedAt,
      renewedAt: Math.max(...renewals),
      beganAt,
      ended: ended?.type === 'ended' ? ended : undefined,
      reports: own.flatMap((event) => (event.type === 'settling' ? [event] : [])),
      taken: own.flatMap(taken),
      stepsSaved: own.flatMap((event) => (event.type === 'step-saved' ? [event.name] : [])),
      stepsRun: inside.flatMap((event) => (event.type === 'step-ran' ? [event] : [])),
      stepsGiven: inside.flatMap((event) => (event.type === 'step-got' ? [event] : [])),
    }
  }
}

function taken(event: KeyEvent): TakenWrite[] {
  if (event.type === 'renewed') return [{ what: 'a renewal', sentAt: event.sentAt }]
  if (event.type === 'step-saved') return [{ what: `the result of ${event.name}`, sentAt: event.sentAt }]
  if (event.type !== 'settled' || !event.accepted) return []
  return [{ what: `the report "${event.ending}"`, sentAt: event.sentAt, ending: event.ending }]
}
