import type { Store } from '@idem/core'

/** The store as a process sees it that dies when it has claimed: what it did is never told. */
export function forgetfulStore(store: Store): Store {
  const dead = async (): Promise<never> => {
    throw new Error('this process is gone')
  }
  return {
    claim: (claim) => store.claim(claim),
    extend: dead,
    complete: dead,
    fail: dead,
    release: dead,
    saveStep: dead,
    resolve: dead,
    get: dead,
    delete: dead,
    list: dead,
  }
}
