import { LocalCache, MemoryStore, tieredStore } from '@idem/core'
import { describeStore } from '../src/index'
import { movedClock } from './moved-clock'

describeStore('tieredStore of two caches over MemoryStore, on a clock that is moved by hand', {
  create: () => {
    const { clock, advance } = movedClock()
    const caches = [
      new LocalCache({ max: 10, maxAge: '1h', now: clock }),
      new LocalCache({ max: 1000, maxAge: '1d', now: clock }),
    ]
    return { store: tieredStore({ caches, authority: new MemoryStore({ clock }) }), advance }
  },
})

describeStore("tieredStore of a cache over MemoryStore, on this process's clock", {
  create: () => ({
    store: tieredStore({
      caches: [new LocalCache({ max: 1000, maxAge: '1d' })],
      authority: new MemoryStore(),
    }),
  }),
  without: { ownClock: 'the store is in this process, and so is its clock' },
})
