// The store decides who pays, in one atomic step. Everybody else waits for that answer; a failure may be tried again, and
// the lease is renewed for as long as the gateway takes.
import { Idem } from '@idem/core'
import { formatAmount } from '../../../money/amount'
import type { Way } from '../../way'

export const storeClaim: Way = {
  name: 'idem: store claim',
  idem: true,
  open({ store, charge, leaseMs }) {
    const idem = new Idem({ store, namespace: 'storm', lease: leaseMs, retention: '1h' })
    return async (payment, signal) => {
      const { token, userId, amount } = payment
      const order = await idem.run(token, (ctx) => charge(payment, ctx.signal), {
        name: 'payment',
        fingerprint: { userId, amount: formatAmount(amount) },
        signal,
      })
      return { type: 'paid', order }
    }
  },
}
