// All is looked at twice, and the lock is released by its owner only. But it ends with its time, whoever is still at work
// under it: if the gateway takes longer than that, the next one gets the lock, finds nothing recorded, and charges as well.
import type { Way } from '../../way'
import { simpleLock } from './simple-lock'

export const lockThatExpires: Way = {
  name: 'lock that expires',
  idem: false,
  open({ tables, locks, charge, leaseMs }) {
    const orders = tables<{ readonly order: string }>('storm-lock-that-expires')
    return async (payment, signal) => {
      const before = await orders.get(payment.token)
      if (before !== undefined) return { type: 'paid', order: before.row.order }
      const unlock = await simpleLock(locks, `storm-that-expires:${payment.token}`, leaseMs, signal)
      if (unlock === undefined) return { type: 'in progress' }
      try {
        const now = await orders.get(payment.token)
        if (now !== undefined) return { type: 'paid', order: now.row.order }
        const order = await charge(payment, signal)
        await orders.insert(payment.token, { order })
        return { type: 'paid', order }
      } finally {
        await unlock()
      }
    }
  },
}
