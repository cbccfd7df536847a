import { ask, insist, isPassing, wordsOf } from '../api.js'
import { el, randomId } from '../dom.js'
import { curl, good } from './card.js'

const STEPS = ['order', 'reserve', 'charge', 'pay', 'publish']
const POINTS = STEPS.flatMap((step) => [`crash-before-${step}`, `crash-after-${step}`])
const USER = { 'X-User': 'ada' }

const select = el(
  'select',
  { id: 'crash-point' },
  POINTS.map((point) => el('option', { value: point }, point.replaceAll('-', ' '))),
)
select.value = 'crash-after-charge'

export const checkout = {
  id: 'checkout',
  title: 'Checkout, killed in the middle',
  problem:
    'Order, stock, gateway and queue in one request with steps. Kill the process between any two; the same request finishes it.',
  memory:
    'With --store memory the killed process takes order and goods along, so the retry begins anew; the gateway still charges once. With --store redis, the retry goes on from the step.',
  extra: el('p', { class: 'field' }, el('label', { for: 'crash-point' }, 'where it dies'), select),
  actions: [
    {
      label: 'Check out, and die there',
      async run(tell) {
        const id = randomId().slice(0, 8)
        const order = { sku: `kettle-${id}`, quantity: 1, amount: '39.00' }
        const headers = { ...USER, 'Idempotency-Key': `checkout-${id}` }
        const deliver = () =>
          insist('POST', `/stock/${order.sku}`, { quantity: 1 }, { 'Idempotency-Key': `delivery-${id}` })
        good(await deliver())
        const died = await ask('POST', '/checkout', order, { ...headers, Simulate: select.value })
        tell(
          died.broken
            ? `Killed: ${select.value.replaceAll('-', ' ')}. The same request is sent again …`
            : wordsOf(died),
        )
        // Where the goods died with the process, they are brought again; elsewhere this is a replay.
        good(await deliver())
        const answer = await insist('POST', '/checkout', order, headers, {
          onTry: (again, tries) => tries === 1 && isPassing(again) && tell(`${wordsOf(again)} …`),
        })
        const done = good(answer).order
        const { count } = good(await insist('GET', `/gateway/charges?token=${done.order_id}`))
        tell(
          `${done.order_id} is ${done.status}; the gateway has ${count === 1 ? 'one charge' : `${count} charges`} for it.`,
          count === 1 && done.status === 'PAID' ? 'good' : 'bad',
        )
      },
      curl: (origin) => {
        const order = { sku: 'teapot', quantity: 1, amount: '24.90' }
        const headers = { ...USER, 'Idempotency-Key': 'checkout-1' }
        return [
          curl(origin, 'POST', '/stock/teapot', { quantity: 5 }, { 'Idempotency-Key': 'delivery-1' }),
          curl(origin, 'POST', '/checkout', order, { ...headers, Simulate: select.value }),
          curl(origin, 'POST', '/checkout', order, headers),
        ].join('\n')
      },
    },
  ],
}
