import type { Store } from '@idem/core'
import { type OtelOptions, resolveOptions } from './options'
import { STORE_CALLS } from './store-result'
import { StoreTelemetry } from './store-telemetry'

/**
 * The same store, with a span and a duration for each call of the contract. Whatever else it has, `migrate` or `close`, works as
 * before, and it is still an instance of its class. What it answers and throws is untouched.
 *
 * @throws TypeError that names the option that is wrong or unknown
 * @example
 * const idem = new Idem({ store: otelStore(new RedisStore(client)) })
 */
export function otelStore<S extends Store>(store: S, options: OtelOptions = {}): S {
  return measuredStore(store, new StoreTelemetry(resolveOptions(options)))
}

type Method = (...args: unknown[]) => unknown

export function measuredStore<S extends Store>(store: S, telemetry: StoreTelemetry): S {
  const methods = new Map<PropertyKey, { readonly of: Method; readonly method: Method }>()

  // The store keeps what it has in private fields, which only it can read: its methods must be called on itself.
  const methodOf = (name: PropertyKey, of: Method): Method => {
    const known = methods.get(name)
    if (known?.of === of) return known.method
    const plain: Method = (...args) => Reflect.apply(of, store, args)
    const method: Method =
      typeof name === 'string' && STORE_CALLS.includes(name)
        ? (...args) => telemetry.measure(name, args, async () => plain(...args))
        : plain
    methods.set(name, { of, method })
    return method
  }

  // Not of the store itself: were that frozen, a proxy would have to give its very own methods.
  return new Proxy(Object.create(store) as S, {
    get(_, name) {
      const value: unknown = Reflect.get(store, name, store)
      return typeof value === 'function' && name !== 'constructor' ? methodOf(name, value as Method) : value
    },
    set: (_, name, value) => Reflect.set(store, name, value, store),
  })
}
