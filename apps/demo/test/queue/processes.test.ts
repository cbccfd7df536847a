import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ask } from '../support/client'
import { privateRedis } from '../support/private-redis'
import { pidsOf, spawnDemo, urlOf } from '../support/spawn-demo'

// Processes start one after another, and many other things may run beside.
vi.setConfig({ testTimeout: 120_000 })

const redis = await privateRedis()

describe.skipIf(redis === undefined)('the queue of a demo of two processes', () => {
  const env = { REDIS_URL: redis?.url ?? '', FAILURE_RATE: '0', GATEWAY_DELAY: '0-0', LEASE: '2000' }
  const flags = ['--store', 'redis', '--processes', '2', '--port', '0']
  const until = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 100 })

  test('who checks out gets the points once, and the goods leave, also if both processes are killed', async () => {
    const demo = spawnDemo(flags, env)
    const url = await urlOf(demo)
    expect(demo.stdout()).toContain(
      `Paid orders are queued in Redis at 127.0.0.1:${redis?.port} (REDIS_URL).`,
    )
    const sku = `book-${randomUUID()}`
    await ask(`${url}/stock/${sku}`, { quantity: 20 }, { 'Idempotency-Key': randomUUID() })
    const users = Array.from({ length: 10 }, () => randomUUID())
    const checkOut = (user: string) =>
      ask(
        `${url}/checkout`,
        { sku, quantity: 1, amount: '42.99' },
        { 'X-User': user, 'Idempotency-Key': `checkout-${user}`, Prefer: 'wait=20' },
      )
    // Each of them asks twice.
    const paid = await Promise.all([...users, ...users].map(checkOut))
    expect(paid.map(({ code, body }) => [code, body.order?.status])).toEqual(Array(20).fill([200, 'PAID']))
    for (const pid of pidsOf(demo)) process.kill(pid, 'SIGKILL')
    await demo.printed(/process 1 \(\d+\) answers/)
    await demo.printed(/process 2 \(\d+\) answers/)

    const order = paid[0]?.body.order.order_id
    const again = { order, user: users[0], sku, quantity: 1, amount: '42.99', times: 20 }
    expect((await ask(`${url}/queue/publish`, again)).code).toBe(200)
    const client = new Redis(redis?.url ?? '')
    onTestFinished(() => client.disconnect())
    await until(async () => {
      for (const group of ['points', 'shipping']) {
        expect(await client.xpending('demo:queue:orders.paid', group)).toMatchObject([0, null, null, null])
        const [, row] = (await client.xinfo('GROUPS', 'demo:queue:orders.paid')) as unknown[][]
        expect(row).toContain(30)
      }
    })
    for (const user of users) {
      const { body } = await ask(`${url}/points?user=${user}`)
      expect(body).toMatchObject({ balance: 42, count: 1, entries: [{ user, points: 42 }] })
    }
    expect((await ask(`${url}/stock/${sku}`)).body).toMatchObject({ on_hand: 10, reserved: 0 })
    expect((await ask(`${url}/queue/dead-letters`)).body.letters).toEqual([])
  })

  test('the switch of the points service reaches both', async () => {
    const demo = spawnDemo(flags, env)
    const url = await urlOf(demo)
    await ask(`${url}/queue/points-service`, { is_down: true })
    const user = randomUUID()
    const publish = () => ask(`${url}/queue/publish`, { order: randomUUID(), user, amount: 1 })
    // More than one process handles at a time: each has some.
    await Promise.all(Array.from({ length: 40 }, publish))
    const letters = async () => {
      const { body } = await ask(`${url}/queue/dead-letters`)
      return body.letters.filter(({ group }: { group: string }) => group === 'points') as { id: string }[]
    }
    await until(async () => expect(await letters()).toHaveLength(40))
    for (const number of [1, 2]) expect(demo.stdout()).toMatch(new RegExp(`#${number} points: \\S+ is dead`))
    expect((await ask(`${url}/points?user=${user}`)).body).toMatchObject({ balance: 0 })
    await ask(`${url}/queue/points-service`, { is_down: false })
    for (const { id } of await letters()) await ask(`${url}/queue/dead-letters/replay`, { id })
    await until(async () => {
      expect((await ask(`${url}/points?user=${user}`)).body).toMatchObject({ balance: 40, count: 40 })
    })
    demo.kill('SIGTERM')
    expect(await demo.ended).toBe(0)
  })

  test('where it is off, orders are paid and nobody gets points', async () => {
    const demo = spawnDemo(['--queue', 'off', '--port', '0'], { FAILURE_RATE: '0', GATEWAY_DELAY: '0-0' })
    const url = await urlOf(demo)
    expect(demo.stdout()).toContain('Paid orders are queued nowhere')
    await ask(`${url}/stock/book`, { quantity: 1 }, { 'Idempotency-Key': randomUUID() })
    const headers = { 'X-User': 'ann', 'Idempotency-Key': randomUUID() }
    expect((await ask(`${url}/checkout`, { sku: 'book', quantity: 1, amount: 5 }, headers)).code).toBe(200)
    expect((await ask(`${url}/points?user=ann`)).code).toBe(404)
    expect((await ask(`${url}/queue/dead-letters`)).code).toBe(404)
  })
})
