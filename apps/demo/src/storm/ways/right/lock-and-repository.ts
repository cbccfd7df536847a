// A table of one's own and a lock make a store: look, lock, look again, record, run, update. The lock is held for each
// step and not for the charge, and the table's version refuses whoever has lost it without noticing.
import { composeStore, type RecordData } from '@idem/core'
import type { Way } from '../../way'
import { storeClaim } from './store-claim'
import { TableRepository } from './table-repository'

export const lockAndRepository: Way = {
  name: 'idem: lock and repository',
  idem: true,
  open(tools) {
    const { tables, locks, leaseMs } = tools
    const repository = new TableRepository(tables<RecordData>('storm-records'))
    return storeClaim.open({ ...tools, store: composeStore({ repository, lock: locks, ttl: leaseMs }) })
  },
}
