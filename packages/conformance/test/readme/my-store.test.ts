import { describeLockStore, describeStore } from '@idem/conformance'
import { MyLockStore, MyStore } from './my-store'

describeStore('MyStore', {
  create: async () => ({ store: await MyStore.connect('my://localhost') }),
  dispose: ({ store }) => store.close(),
  without: { ownClock: 'MyStore lives in this process, and has no other clock' },
})

const clock = { now: Date.UTC(2030, 0, 1) }

describeLockStore('MyLockStore', {
  create: () => ({
    store: new MyLockStore({ clock: () => clock.now }),
    advance: (ms) => {
      clock.now += ms
    },
  }),
})
