// Nothing is remembered. Whoever clicks twice pays twice, and so does whoever's connection breaks before the answer comes.
import type { Way } from '../../way'

export const noProtection: Way = {
  name: 'no protection',
  idem: false,
  open:
    ({ charge }) =>
    async (payment, signal) => ({ type: 'paid', order: await charge(payment, signal) }),
}
