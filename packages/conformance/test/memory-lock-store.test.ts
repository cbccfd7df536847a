import { MemoryLockStore } from '@idem/core'
import { describeLockStore } from '../src/index'
import { movedClock } from './moved-clock'

describeLockStore('MemoryLockStore on a clock that is moved by hand', {
  create: () => {
    const { clock, advance } = movedClock()
    return { store: new MemoryLockStore({ clock }), advance }
  },
})

describeLockStore("MemoryLockStore on this process's clock", {
  create: () => ({ store: new MemoryLockStore() }),
  without: { ownClock: 'the store is in this process, and so is its clock' },
})
