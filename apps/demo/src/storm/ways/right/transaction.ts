// The claim of the token and the answer commit together; whoever comes meanwhile waits outside of the database. A refusal
// rolls all of it back, and the token is free again. A transaction stays open while the gateway takes its time, and what
// the gateway has charged is not rolled back: better for work that is done in the same database.
import type { Way } from '../../way'

export const transaction: Way = {
  name: 'idem: transaction',
  idem: true,
  open({ transaction, charge }) {
    if (transaction === undefined) return undefined
    return async (payment, signal) => {
      const order = await transaction(payment.token, () => charge(payment, signal))
      return { type: 'paid', order }
    }
  },
}
