import type { Store } from '@idem/core'

export type Faults = { [Call in keyof Store]?: () => Promise<never> }

export const silent = (): Promise<never> => new Promise(() => {})

export const broken = async (): Promise<never> => {
  throw new Error('connection refused by 10.0.0.7')
}

/** A store of which some calls never answer, or fail; what fails may be changed at any time. */
export function withFaults(store: Store, faults: Faults): Store {
  return new Proxy(store, {
    get(target, name) {
      const fault = faults[name as keyof Store]
      const value: unknown = Reflect.get(target, name)
      return fault ?? (typeof value === 'function' ? value.bind(target) : value)
    },
  })
}
