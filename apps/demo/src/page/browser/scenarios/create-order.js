import { ask, insist, wordsOf } from '../api.js'
import { randomId } from '../dom.js'
import { counted, curl, good } from './card.js'

const ORDER = { sku: 'teapot', quantity: 1, amount: '24.90' }
const USER = { 'X-User': 'ada' }

const issued = async (user = USER) => good(await insist('POST', '/orders/token', undefined, user)).token

export const createOrder = {
  id: 'create-order',
  title: 'Create an order',
  problem: 'A form is sent twice. The shop gives a signed token with the form, for one user and one order.',
  actions: [
    {
      label: 'Order five times with one token',
      async run(tell) {
        const token = await issued()
        const headers = { ...USER, 'Idempotency-Key': token }
        const answers = await Promise.all(
          Array.from({ length: 5 }, () => insist('POST', '/orders', ORDER, headers)),
        )
        const orders = counted(answers.map((answer) => good(answer).order.order_id))
        const again = answers.filter(({ replayed }) => replayed).length
        tell(
          `5 requests made ${orders.size === 1 ? 'one order' : `${orders.size} orders`}: ${[...orders.keys()].join(', ')}`,
          orders.size === 1 ? 'good' : 'bad',
        )
        tell(`${5 - again} did the work, ${again} got its answer.`)
      },
      curl: (origin) =>
        [
          `TOKEN=$(curl -sX POST ${origin}/orders/token -H 'X-User: ada' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
          `${curl(origin, 'POST', '/orders', ORDER, USER)} \\\n  -H "Idempotency-Key: $TOKEN"`,
        ].join('\n'),
    },
    {
      label: 'Try a forged and a foreign token',
      async run(tell) {
        const token = await issued()
        const forged = `${token.slice(0, -6)}${randomId().slice(0, 6)}`
        const refusals = [
          ['Forged', { ...USER, 'Idempotency-Key': forged }],
          ["Somebody else's", { 'X-User': 'mallory', 'Idempotency-Key': token }],
        ]
        for (const [kind, headers] of refusals) {
          const answer = await ask('POST', '/orders', ORDER, headers)
          tell(`${kind}: ${answer.code}, ${wordsOf(answer)}`, answer.code >= 400 ? 'good' : 'bad')
        }
      },
      curl: (origin) => curl(origin, 'POST', '/orders', ORDER, { ...USER, 'Idempotency-Key': 'forged' }),
    },
  ],
}
