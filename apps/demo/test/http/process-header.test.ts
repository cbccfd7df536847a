import { Idem, MemoryStore } from '@idem/core'
import { idempotency } from '@idem/hono'
import { expect, test } from 'vitest'
import { createApp } from '../../src/app'
import { answer } from '../../src/http/answer'
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

test('an answer that is replayed tells which process replays it', async () => {
  const idem = new Idem({ store: new MemoryStore() })
  const askProcess = async (number: number): Promise<Headers> => {
    const app = createApp({
      routes: [
        {
          method: 'POST',
          path: '/',
          does: 'anything',
          through: [idempotency({ idem, scope: 'public' })],
          handle: (c) => answer(c, 200, { status: 'SUCCESS', message: 'done' }),
        },
      ],
      process: { number, pid: 4711 },
      log: { print: () => {}, colour: false },
      report: () => {},
      stopping: new AbortController().signal,
    })
    return (await app.request('/', { method: 'POST', headers: { 'Idempotency-Key': 'one' } })).headers
  }
  expect((await askProcess(1)).get('X-Process')).toBe('1; pid=4711')
  const replayed = await askProcess(2)
  expect(replayed.get('Idempotency-Replayed')).toBe('true')
  expect(replayed.get('X-Process')).toBe('2; pid=4711')
})
