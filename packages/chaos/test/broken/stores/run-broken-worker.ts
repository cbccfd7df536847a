import type { Store } from '@idem/core'
import { openRedisStore } from '../../../src/targets/redis/open-redis-store'
import { runWorker } from '../../../src/worker/run-worker'

/** A process whose store is the real one, but for what is changed of it. */
export function runBrokenWorker(broken: (store: Store) => Partial<Store>): void {
  void runWorker(async (url, place) => {
    const { store, close } = await openRedisStore(url, place)
    const changed = broken(store)
    const mixed = new Proxy(store, {
      get(target, name) {
        if (Object.hasOwn(changed, name)) return Reflect.get(changed, name)
        const member: unknown = Reflect.get(target, name, target)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    return { store: mixed, close }
  })
}
