import { Idem, type IdemOptions, type Store, type Transactional, type TransactionalStore } from '@idem/core'
import { CallTelemetry } from './call-telemetry'
import { type OtelOptions, resolveOptions } from './options'
import { otelObserver } from './otel-observer'
import { measuredStore } from './otel-store'
import { StoreTelemetry } from './store-telemetry'
import { tracedIdem } from './traced-idem'

/**
 * An `Idem` that tells OpenTelemetry all about itself, made like any other: a span for each call, one in it for the attempt if the
 * caller's handler runs, and one for each call to the store; and the metrics of {@link otelObserver} and {@link otelStore}, how
 * long callers wait, and how many handlers run. An `observer` among its options is told as ever.
 *
 * @throws TypeError that names the option that is wrong or unknown
 * @example
 * const idem = otelIdem({ store: new RedisStore(client) })
 */
export function otelIdem<Tx>(
  options: IdemOptions<TransactionalStore<Tx>>,
  otel?: OtelOptions,
): Idem & Transactional<Tx>
export function otelIdem(options: IdemOptions, otel?: OtelOptions): Idem
export function otelIdem(options: IdemOptions<Store>, otel: OtelOptions = {}): Idem {
  const settings = resolveOptions(otel)
  const calls = new CallTelemetry(settings)
  const count = otelObserver(otel)
  // What is wrong with these is for the constructor to say, of what it was given itself.
  const { store, observer } = options
  const idem = new Idem({
    ...options,
    store:
      Object(store) === store ? measuredStore(store, new StoreTelemetry(settings, calls.contextOf)) : store,
    observer:
      observer === undefined || typeof observer === 'function'
        ? (event) => {
            count(event)
            calls.observe(event)
            return observer?.(event)
          }
        : observer,
  })
  return tracedIdem(idem as Idem & Transactional<unknown>, calls)
}
