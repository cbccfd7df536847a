import type { IdemEvent } from '@idem/core'
import { codeOf, OUTCOME_OF_CODE } from './error-type'
import { observerInstruments } from './instruments'
import { OperationNames } from './operation-name'
import { type OtelOptions, resolveOptions } from './options'

/**
 * An observer that counts what happens: calls by outcome, attempts and how long they took, takeovers, leases lost, failures of
 * the store. It sees events only: for spans, and what callers waited, there is {@link otelIdem}, which includes it.
 *
 * @throws TypeError that names the option that is wrong or unknown
 * @example
 * const idem = new Idem({ store, observer: otelObserver() })
 */
export function otelObserver(options: OtelOptions = {}): (event: IdemEvent) => void {
  const { meter } = resolveOptions(options)
  const told = observerInstruments(meter)
  const names = new OperationNames()

  return (event) => {
    const operation = names.of(event.name)
    const executed = (outcome: string, more = {}) =>
      told.executions.add(1, { ...operation, 'idem.outcome': outcome, ...more })

    switch (event.type) {
      case 'started':
        told.attempts.add(1, { ...operation, 'idem.attempt.takeover': event.takeover })
        break
      case 'succeeded':
        executed('executed')
        told.attemptDuration.record(event.durationMs / 1000, { ...operation, 'idem.outcome': 'executed' })
        break
      case 'failed': {
        const kind = { 'idem.failure.kind': event.kind }
        executed('failed', kind)
        told.attemptDuration.record(event.durationMs / 1000, {
          ...operation,
          'idem.outcome': 'failed',
          ...kind,
        })
        break
      }
      case 'replayed':
        executed('replayed', { 'idem.replay.source': event.from })
        break
      case 'shared':
        executed('shared')
        break
      case 'refused': {
        const code = codeOf(event.error)
        executed(code ? OUTCOME_OF_CODE[code] : 'failed')
        break
      }
      case 'unsettled':
        executed('unsettled')
        break
      case 'unprotected':
        executed('unprotected')
        break
      case 'step':
        told.steps.add(1, { ...operation, 'idem.step.replayed': event.replayed })
        break
      case 'waiting':
        told.waits.add(1, operation)
        break
      case 'lease-lost':
        told.leasesLost.add(1, { ...operation, 'idem.lease_loss.reason': event.reason })
        break
      case 'value-omitted':
        told.valuesOmitted.add(1, {
          ...operation,
          'idem.value.of': event.step === undefined ? 'result' : 'step',
        })
        break
      case 'store-failed':
        told.storeFailures.add(1, { 'idem.store.call': event.call, 'idem.store.final': event.final })
        break
      case 'store-warning':
        told.storeWarnings.add(1)
        break
    }
  }
}
