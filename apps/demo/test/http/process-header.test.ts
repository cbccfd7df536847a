import { expect, test } from 'vitest'
import { order, startDemo } from '../support/demo'

test('every answer tells which process gave it, whatever it says', async () => {
  const demo = await startDemo({ process: { number: 3, pid: 4711 } })
  const answers = [
    await demo.pay(order()),
    await demo.pay({}),
    await demo.pay(order(), { Simulate: 'gateway-failure' }),
    await demo.get('/nowhere'),
    await demo.get('/payment'),
    await demo.get('/health'),
  ]
  expect(answers.map(({ code }) => code)).toEqual([200, 400, 500, 404, 405, 200])
  for (const { headers } of answers) expect(headers.get('X-Process')).toBe('3; pid=4711')
})
