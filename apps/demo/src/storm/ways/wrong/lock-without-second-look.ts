// One at a time, but each of them charges: whoever looked, found nothing and then waited for the lock does not look again
// once it has it, and so does not see what was recorded meanwhile.
import type { Way } from '../../way'
import { simpleLock } from './simple-lock'

export const lockWithoutSecondLook: Way = {
  name: 'lock without a second look',
  idem: false,
  open({ tables, locks, charge, leaseMs }) {
    const orders = tables<{ readonly order: string }>('storm-lock-without-second-look')
    return async (payment, signal) => {
      const known = await orders.get(payment.token)
      if (known !== undefined) return { type: 'paid', order: known.row.order }
      const unlock = await simpleLock(locks, `storm-without-second-look:${payment.token}`, leaseMs, signal)
      if (unlock === undefined) return { type: 'in progress' }
      try {
        const order = await charge(payment, signal)
        await orders.insert(payment.token, { order })
        return { type: 'paid', order }
      } finally {
        await unlock()
      }
    }
  },
}
