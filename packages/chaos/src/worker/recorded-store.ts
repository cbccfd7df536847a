import type { Claim, Completion, FailureReport, Lease, StepResult, Store } from '@idem/core'
import type { Ending } from '../history/event'
import type { EventLog } from '../history/event-log'

/** The store, with all that decides about attempts written down before it is sent and when its answer is there. */
export function recordedStore(store: Store, log: EventLog): Store {
  const settle = async (
    report: Completion | FailureReport,
    ending: Ending,
    send: () => Promise<boolean>,
  ): Promise<boolean> => {
    const { owner } = report
    const key = ownKey(report)
    const sentAt = log.add({ type: 'settling', key, owner, ending })
    const accepted = await send()
    log.add({ type: 'settled', key, owner, sentAt, ending, accepted })
    return accepted
  }
  const recorded: Pick<Store, 'claim' | 'extend' | 'complete' | 'fail' | 'saveStep'> = {
    async claim(claim: Claim) {
      const { owner } = claim
      const key = ownKey(claim)
      const sentAt = log.add({ type: 'claiming', key, owner })
      const outcome = await store.claim(claim)
      const granted =
        outcome.type === 'acquired'
          ? { attempt: outcome.attempt, fence: outcome.fence, takeover: outcome.takeover }
          : {}
      log.add({ type: 'claimed', key, owner, sentAt, outcome: outcome.type, ...granted })
      return outcome
    },
    async extend(lease: Lease) {
      const sentAt = log.now()
      const held = await store.extend(lease)
      if (held) log.add({ type: 'renewed', key: ownKey(lease), owner: lease.owner, sentAt })
      return held
    },
    complete: (completion) => settle(completion, 'succeeded', () => store.complete(completion)),
    fail: (report) => settle(report, report.kind, () => store.fail(report)),
    async saveStep(step: StepResult) {
      const { owner, name } = step
      const key = ownKey(step)
      const sentAt = log.now()
      const saved = await store.saveStep(step)
      if (saved) log.add({ type: 'step-saved', key, owner, sentAt, name })
      return saved
    },
  }
  return new Proxy(store, {
    get(target, name) {
      if (Object.hasOwn(recorded, name)) return Reflect.get(recorded, name)
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/** A stored key ends in the caller's own, which here has no part that would be escaped. */
const ownKey = ({ key }: { readonly key: string }): string => key.slice(key.lastIndexOf(':') + 1)
