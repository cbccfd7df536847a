import { MemoryStore } from '@idem/core'
import { encryptedCodec } from '@idem/core/encrypted'
import { describeStore } from '../src/index'
import { movedClock } from './moved-clock'

const { seal } = encryptedCodec({ keys: [{ id: 'a', key: new Uint8Array(32).fill(7) }] })

describeStore('MemoryStore behind encryption, on a clock that is moved by hand', {
  create: () => {
    const { clock, advance } = movedClock()
    return { store: seal(new MemoryStore({ clock })), advance }
  },
})
