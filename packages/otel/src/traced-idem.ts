import type { Idem, Transactional } from '@idem/core'
import { attempted } from './attempted'
import type { CallTelemetry } from './call-telemetry'
import { tracedWrap } from './traced-wrap'

/** What the constructor of `Idem` makes at run time, whatever its store: who has no transactions is told when it is called. */
type AnyIdem = Idem & Transactional<unknown>

/** The same `Idem`, whose calls are told. */
export function tracedIdem(idem: AnyIdem, telemetry: CallTelemetry): AnyIdem {
  const execute: Idem['execute'] = async (key, handler, options) => {
    const call = telemetry.begin('execute', options)
    return call.run(
      () => idem.execute(key, attempted(call, handler), options),
      ({ replayed }) => replayed,
    )
  }
  return {
    execute,
    run: async (key, handler, options) => (await execute(key, handler, options)).value,
    wrap: tracedWrap(idem, telemetry),
    transaction: async (key, body, options) => {
      const call = telemetry.begin('transaction', options)
      return call.run(
        () => idem.transaction(key, attempted(call, body), options),
        () => call.wasSpared,
      )
    },
    inspect: (key, options) => idem.inspect(key, options),
    forget: (key, options) => idem.forget(key, options),
    resolve: (key, value, options) => idem.resolve(key, value, options),
    records: (query) => idem.records(query),
    page: (query) => idem.page(query),
  }
}
