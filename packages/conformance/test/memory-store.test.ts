import { MemoryStore } from '@idem/core'
import { describeStore } from '../src/index'
import { movedClock } from './moved-clock'

describeStore('MemoryStore on a clock that is moved by hand', {
  create: () => {
    const { clock, advance } = movedClock()
    return { store: new MemoryStore({ clock }), advance }
  },
})

describeStore("MemoryStore on this process's clock", {
  create: () => ({ store: new MemoryStore() }),
  without: { ownClock: 'the store is in this process, and so is its clock' },
})
