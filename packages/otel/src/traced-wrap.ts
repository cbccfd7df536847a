import type { Idem, WrapOptions, Wrapped } from '@idem/core'
import { attempted } from './attempted'
import type { Call } from './call'
import type { CallTelemetry } from './call-telemetry'

type Fn = (...args: unknown[]) => unknown
type Options = WrapOptions<unknown[]>

/**
 * `wrap`, whose calls are told. Which call a function runs for is not to be seen in its arguments, so that each is handed one
 * more, the call, which every function among the options and the wrapped one itself are spared.
 */
export function tracedWrap(idem: Idem, telemetry: CallTelemetry): Idem['wrap'] {
  const wrap = (fn: Fn, options: Options): Wrapped<Fn> => {
    // It sees what is wrong with the arguments, and does what is no call.
    const plain = idem.wrap(fn, options)
    const { key, scope, signal, fingerprint = (...args: unknown[]) => args } = options
    const traced = idem.wrap(
      (...all: unknown[]) => {
        const [args, call] = apart(all)
        return attempted(call, fn)(...args)
      },
      {
        ...options,
        key: (...all) => key(...apart(all)[0]),
        scope: scope && ((...all) => scope(...apart(all)[0])),
        fingerprint: fingerprint && ((...all) => fingerprint(...apart(all)[0])),
        signal:
          signal &&
          ((...all) => {
            const [args, call] = apart(all)
            call.signal = signal(...args)
            return call.signal
          }),
      },
    )
    const execute = async (...args: unknown[]) => {
      const call = telemetry.begin('execute', options)
      return call.run(
        () => traced.execute(...args, call),
        ({ replayed }) => replayed,
      )
    }
    const { inspect, forget, resolve } = plain
    return Object.assign(async (...args: unknown[]) => (await execute(...args)).value, {
      execute,
      inspect,
      forget,
      resolve,
    })
  }
  return wrap as Idem['wrap']
}

const apart = (all: readonly unknown[]): [args: unknown[], call: Call] => [
  all.slice(0, -1),
  all.at(-1) as Call,
]
