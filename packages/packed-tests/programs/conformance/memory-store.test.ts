import { describeLockStore, describeStore, type StoreFixture } from '@idem/conformance'
import { MemoryLockStore, MemoryStore, type Store } from '@idem/core'

const without = { ownClock: 'the store is in this process, and so is its clock' }

describeStore('MemoryStore', {
  create: (): StoreFixture => {
    const store: Store = new MemoryStore()
    return { store }
  },
  without,
})

describeLockStore('MemoryLockStore', { create: () => ({ store: new MemoryLockStore() }), without })
