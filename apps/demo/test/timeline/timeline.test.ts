import { expect, test } from 'vitest'
import { Timeline } from '../../src/timeline/timeline'
import { order, startDemo } from '../support/demo'
import { readEvents } from '../support/read-events'

const types = (moments: readonly { type: string }[]) => moments.map(({ type }) => type)

test('a page hears what happens to a payment, in order: the attempt, its step, the end, the replay', async () => {
  const demo = await startDemo()
  const { moments } = await readEvents(demo.url)
  const payment = order()
  await demo.pay(payment)
  await demo.pay(payment)
  await expect.poll(() => types(moments)).toEqual(['started', 'step', 'succeeded', 'replayed'])
  expect(moments[0]).toMatchObject({ attempt: 1, takeover: false, process: 1 })
  expect(moments[1]).toMatchObject({ step: 'charge', replayed: false })
  expect(moments.every(({ key }) => key?.includes(payment.idempotent_token))).toBe(true)
  expect(moments.map(({ id }) => id)).toEqual([1, 2, 3, 4])
})

test('a page that comes later is told what happened before, and one that was cut off goes on where it was', async () => {
  const demo = await startDemo()
  await demo.pay(order())
  const late = await readEvents(demo.url)
  await expect.poll(() => types(late.moments)).toEqual(['started', 'step', 'succeeded'])
  const again = await readEvents(demo.url, 2)
  await expect.poll(() => types(again.moments)).toEqual(['succeeded'])
})

test('a failure is told in the words that it has, and no further than fits', async () => {
  const demo = await startDemo()
  const { moments } = await readEvents(demo.url)
  await demo.pay(order(), { Simulate: 'gateway-failure' })
  await expect
    .poll(() => moments.at(-1))
    .toMatchObject({
      type: 'failed',
      detail: 'retryable: The gateway refused the charge',
    })
})

test('of a storm no more is told than can be read, and how much was left out', async () => {
  const told: number[] = []
  const timeline: Timeline = new Timeline(1, (moments) => {
    told.push(moments.length)
    timeline.hear(moments.map((moment, id) => ({ ...moment, id })))
  })
  for (let count = 0; count < 1000; count++)
    timeline.observe({ type: 'shared', attempt: 1, key: 'k', name: undefined })
  await expect.poll(() => told).toEqual([201])
  let last: unknown
  timeline.listen(-1, (moments) => {
    last = moments.at(-1)
  })
  expect(last).toMatchObject({ type: 'left-out', detail: '800 more' })
})

test('the service stops while a page listens', async () => {
  const demo = await startDemo()
  await readEvents(demo.url)
  expect(await demo.stop(5000)).toBe(true)
})

test('how far a storm has come is told as it happens, and takes no room in what is remembered', async () => {
  const demo = await startDemo()
  const { moments } = await readEvents(demo.url)
  await demo.pay(order())
  const storm = { duplicates: 1, ways: ['idem: store claim'] }
  await demo.post('/storm', storm)
  await expect
    .poll(() => moments.at(-1))
    .toMatchObject({ type: 'storm', storm: { row: 1, rows: 1, result: { right: true, charges: 4 } } })
  const late = await readEvents(demo.url)
  await demo.pay(order())
  await expect
    .poll(() => types(late.moments))
    .toEqual(['started', 'step', 'succeeded', 'started', 'step', 'succeeded'])
})
