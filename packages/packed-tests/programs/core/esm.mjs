import assert from 'node:assert/strict'
import { Idem, MemoryStore } from '@idem/core'

let runs = 0
const idem = new Idem({ store: new MemoryStore() })
const charge = idem.wrap(async (order) => ({ order: order.id, run: ++runs }), {
  name: 'charge',
  key: (order) => order.id,
})

assert.deepEqual(await charge({ id: 'A-1' }), { order: 'A-1', run: 1 })
assert.deepEqual(await charge({ id: 'A-1' }), { order: 'A-1', run: 1 })
assert.equal(runs, 1)
console.log('one run')
