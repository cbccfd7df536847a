// The key says who pays how much, and not which payment it is: a second one that is meant, of the same amount, is taken for
// a duplicate and refused. And the row is there before the charge, whatever becomes of it: a payment that failed once can
// never be made.
import { formatAmount } from '../../../money/amount'
import type { Way } from '../../way'

interface Row {
  readonly token: string
  readonly order?: string
  readonly failure?: string
}

export const userAndAmount: Way = {
  name: 'key of user and amount',
  idem: false,
  open({ tables, charge }) {
    const payments = tables<Row>('storm-user-and-amount')
    return async (payment, signal) => {
      const { token, userId } = payment
      const amount = formatAmount(payment.amount)
      const id = `${userId}:${amount}`
      if (await payments.insert(id, { token })) {
        try {
          const order = await charge(payment, signal)
          await payments.replace(id, 1, { token, order })
          return { type: 'paid', order }
        } catch (error) {
          await payments.replace(id, 1, { token, failure: String(error) })
          throw error
        }
      }
      const row = (await payments.get(id))?.row
      if (row?.token !== token) return { type: 'refused', message: `${userId} has paid ${amount} already` }
      if (row.failure !== undefined) return { type: 'failed', message: row.failure }
      return row.order === undefined ? { type: 'in progress' } : { type: 'paid', order: row.order }
    }
  },
}
