// The token is looked up first and recorded last: all who look before the first has recorded charge, for nothing says that
// a payment is being made. And what is recorded is the answer, whatever it is: a failure is replayed for ever.
import type { Way } from '../../way'

interface Row {
  readonly order?: string
  readonly failure?: string
}

export const checkThenAct: Way = {
  name: 'check, then act',
  idem: false,
  open({ tables, charge }) {
    const answers = tables<Row>('storm-check-then-act')
    return async (payment, signal) => {
      const known = (await answers.get(payment.token))?.row
      if (known?.order !== undefined) return { type: 'paid', order: known.order }
      if (known?.failure !== undefined) return { type: 'failed', message: known.failure }
      try {
        const order = await charge(payment, signal)
        await answers.insert(payment.token, { order })
        return { type: 'paid', order }
      } catch (error) {
        await answers.insert(payment.token, { failure: String(error) })
        throw error
      }
    }
  },
}
