import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreName } from '../stores/stores'
import { askUntilAnswered, type Ending } from './client'
import type { Stage } from './stages'
import { StormGateway } from './storm-gateway'
import type { StageResult, StormRow } from './storm-report'
import { isRight, tally, total } from './tally'
import type { Pay, Tools, Way } from './way'

export interface OneWay {
  readonly way: Way
  readonly store: StoreName
  readonly stages: readonly Stage[]
  /** The service in each process, once it is told whom to ask for charges. */
  readonly open: (charge: Tools['charge']) => readonly Pay[]
  /** Is called whenever a client goes home. */
  readonly onEnding: () => void
  readonly signal: AbortSignal
}

/**
 * Drives one way on one store through all stages.
 *
 * @throws the reason of `signal` if it aborts first; by then no client is under way any more
 */
export async function oneWay({ way, store, stages, open, onEnding, signal }: OneWay): Promise<StormRow> {
  const gateway = new StormGateway()
  const services = open((payment, leave) => gateway.charge(payment, leave))
  const start = performance.now()
  const done: { stage: Stage; endings: Ending[]; ms: number }[] = []
  for (const stage of stages) {
    const begun = performance.now()
    gateway.expect(stage.payment.token, stage.calls())
    const endings = await allClients(stage)
    done.push({ stage, endings, ms: Math.round(performance.now() - begun) })
  }
  const ms = Math.round(performance.now() - start)
  // Counted at the very end: a charge that comes late is one, too.
  const results = done.map(({ stage, endings, ms }): StageResult => {
    const charges = gateway.ledger.charges(stage.payment.token)
    return { stage: stage.name, ms, ...tally(charges, endings) }
  })
  const sum = total(results)
  const trouble = done.flatMap(({ endings }) => endings).find(({ type }) => type === 'unanswered')
  return {
    way: way.name,
    idem: way.idem,
    store,
    right: isRight(sum),
    ms,
    ...sum,
    stages: results,
    ...(trouble?.type === 'unanswered' ? { trouble: trouble.message } : {}),
  }

  async function allClients({ payment, clients, arriveInMs }: Stage): Promise<Ending[]> {
    const ended = await Promise.allSettled(
      Array.from({ length: clients }, async (_, index) => {
        const pay = services[index % services.length]
        if (pay === undefined) throw new Error('a storm needs a service to ask')
        if (arriveInMs > 0) await sleep((arriveInMs * index) / clients, undefined, { signal })
        const ending = await askUntilAnswered(pay, payment, signal)
        onEnding()
        return ending
      }),
    )
    signal.throwIfAborted()
    return ended.map((end) => {
      if (end.status === 'rejected') throw end.reason
      return end.value
    })
  }
}
