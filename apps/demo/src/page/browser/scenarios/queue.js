import { insist } from '../api.js'
import { randomId, sleep } from '../dom.js'
import { curl, good, Refused } from './card.js'

const TIMES = 5
/** Five attempts with growing pauses come to some seconds; a busy machine takes longer. */
const PATIENCE_MS = 60_000

export const queue = {
  id: 'queue',
  title: 'A queue',
  problem:
    'Paid orders are delivered at least once. Points are booked once; what cannot be done becomes a dead letter.',
  actions: [
    {
      label: `Publish one order ${TIMES} times`,
      async run(tell) {
        const message = await paidOrder()
        good(await insist('POST', '/queue/publish', { ...message, times: TIMES }))
        const { balance, count } = await until(
          async () => good(await insist('GET', `/points?user=${message.user}`)),
          (points) => points.count > 0,
        )
        tell(
          `Published ${TIMES} times, booked ${count === 1 ? 'once' : `${count} times`}: ${balance} points.`,
          count === 1 ? 'good' : 'bad',
        )
      },
      curl: (origin) =>
        [
          curl(origin, 'POST', '/queue/publish', {
            order: 'ORD_1',
            user: 'ada',
            sku: 'teapot',
            quantity: '1',
            amount: '24.90',
            times: TIMES,
          }),
          curl(origin, 'GET', '/points?user=ada'),
        ].join('\n'),
    },
    {
      label: 'Break the points service, then replay',
      async run(tell) {
        const message = await paidOrder()
        good(await insist('POST', '/queue/points-service', { is_down: true }))
        try {
          good(await insist('POST', '/queue/publish', { ...message, times: 1 }))
          tell('The points service is down; the message is tried five times, ever later …')
          const letter = await until(
            async () =>
              good(await insist('GET', '/queue/dead-letters')).letters.find(
                (one) => one.message.order === message.order,
              ),
            (found) => found !== undefined,
          )
          tell(`A dead letter after ${letter.attempt} attempts: ${letter.failure}`)
          good(await insist('POST', '/queue/points-service', { is_down: false }))
          good(await insist('POST', '/queue/dead-letters/replay', { id: letter.id }))
        } finally {
          await insist('POST', '/queue/points-service', { is_down: false })
        }
        const { balance, count } = await until(
          async () => good(await insist('GET', `/points?user=${message.user}`)),
          (points) => points.count > 0,
        )
        tell(
          `The service is back, the letter replayed, booked ${count === 1 ? 'once' : `${count} times`}: ${balance} points.`,
          count === 1 ? 'good' : 'bad',
        )
      },
      curl: (origin) =>
        [
          curl(origin, 'POST', '/queue/points-service', { is_down: true }),
          curl(origin, 'GET', '/queue/dead-letters'),
          curl(origin, 'POST', '/queue/points-service', { is_down: false }),
          curl(origin, 'POST', '/queue/dead-letters/replay', { id: '…' }),
        ].join('\n'),
    },
  ],
}

/** A message of an order whose goods are on the shelf. */
async function paidOrder() {
  const id = randomId().slice(0, 8)
  const sku = `teapot-${id}`
  good(await insist('POST', `/stock/${sku}`, { quantity: 1 }, { 'Idempotency-Key': `delivery-${id}` }))
  return { order: `ORD_${id}`, user: `ada-${id}`, sku, quantity: '1', amount: '24.90' }
}

async function until(look, holds) {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > end) throw new Refused('Nothing has come of it yet.')
    await sleep(250)
  }
}
