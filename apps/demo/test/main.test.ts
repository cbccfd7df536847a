import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import { StartError } from '../src/start-error'
import { mongo } from '../src/stores/mongo/mongo'
import { postgres } from '../src/stores/postgres/postgres'
import { order } from './support/demo'
import { spawnDemo, spawnHeldDemo, urlOf } from './support/spawn-demo'
import { withoutCurl } from './support/without-curl'

const run = promisify(execFile)
const NO_REDIS =
  /^REDIS_URL is set, but no Redis answers at 127\.0\.0\.1:1: connect ECONNREFUSED .* unset REDIS_URL: .*\n$/
const NO_POSTGRES =
  /^DATABASE_URL is set, but no PostgreSQL answers at 127\.0\.0\.1:1: connect ECONNREFUSED .* unset DATABASE_URL: .*$/
const NO_MONGO =
  /^MONGODB_URL is set, but no MongoDB answers at 127\.0\.0\.1:1: connect ECONNREFUSED .* unset MONGODB_URL: .*$/
const RELIABLE = { FAILURE_RATE: '0', GATEWAY_DELAY: '0-0' }

function pay(url: string, payment = order()): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(`${url}/payment`, { method: 'POST', headers, body: JSON.stringify(payment) })
}

test.skipIf(withoutCurl)(
  'the start tells the address, the routes, and lines that work when pasted',
  async () => {
    const demo = spawnDemo([], { ...RELIABLE, PORT: '0' })
    const url = await urlOf(demo)
    for (const route of [
      'POST  /payment ',
      '/payment/status?token=',
      '/payment/records',
      '/gateway/charges',
      '/health',
    ]) {
      expect(demo.stdout()).toContain(route)
    }
    const [line = '', look = ''] = [...demo.stdout().matchAll(/^ {2}(curl .*)$/gm)].map((match) => match[1])
    const first = JSON.parse((await run('sh', ['-c', line])).stdout)
    const second = JSON.parse((await run('sh', ['-c', line])).stdout)
    expect(first).toMatchObject({ status: 'SUCCESS', order_id: expect.stringMatching(/^PAY_/) })
    expect(second.order_id).toBe(first.order_id)
    expect(JSON.parse((await run('sh', ['-c', look])).stdout)).toMatchObject({ count: 1, total: '100.50' })
    expect((await fetch(`${url}/health`)).status).toBe(200)
  },
)

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s lets a running payment finish, and ends well',
  async (signal) => {
    const demo = spawnHeldDemo(['--port', '0'])
    const url = await urlOf(demo)
    const paying = pay(url)
    await demo.arrival(1)
    demo.kill(signal)
    await demo.printed(/then the service stops/)
    await vi.waitFor(async () => expect(await isRefused(url)).toBe(true), 20_000)
    demo.release()
    const answer = await paying
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ status: 'SUCCESS' })
    expect(await demo.ended).toBe(0)
    expect(demo.stdout()).toMatch(/Stopped\n$/)
    expect(demo.stderr()).toBe('')
  },
)

/** A connection that comes just as the last process closes may be left open, with nobody to answer: that is none. */
function isRefused(url: string): Promise<boolean> {
  return fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) }).then(
    () => false,
    ({ name }: Error) => name !== 'TimeoutError',
  )
}

test('the signal that a launcher passes on once more does not stop it at once', async () => {
  const demo = spawnHeldDemo(['--port', '0'])
  const url = await urlOf(demo)
  const paying = pay(url)
  await demo.arrival(1)
  demo.kill('SIGINT')
  demo.kill('SIGTERM')
  await demo.printed(/then the service stops/)
  demo.release()
  expect((await paying).status).toBe(200)
  expect(await demo.ended).toBe(0)
})

test('a second signal stops it at once', async () => {
  const demo = spawnHeldDemo(['--port', '0'])
  const url = await urlOf(demo)
  const cut = expect(pay(url)).rejects.toThrow()
  await demo.arrival(1)
  demo.kill('SIGTERM')
  await demo.printed(/once more/)
  // Longer than the time in which a second signal counts as the echo of the first.
  await sleep(400)
  demo.kill('SIGTERM')
  expect(await demo.ended).toBe(143)
  await cut
})

test('a taken port is told with what to do, and ends with 1', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const demo = spawnDemo([], { PORT: String(port) })
  expect(await demo.ended).toBe(1)
  expect(demo.stderr()).toMatch(
    new RegExp(`^Port ${port} is taken\\. Stop what is using it, or choose another: PORT=.*\n$`),
  )
  expect(demo.stdout()).toBe('')
  other.close()
})

// What is refused, and in which words, the settings' own tests say: of each kind of refusal one is enough here.
test.each([
  [['--store', 'disk'], {}, /^--store must be memory, redis, postgres or mongo; got "disk"\n$/],
  [['--store', 'redis'], { REDIS_URL: 'redis://:secret@127.0.0.1:1' }, NO_REDIS],
])('%j %o is refused before anything starts', async (args, env, message) => {
  const demo = spawnDemo(args, env as Record<string, string>)
  expect(await demo.ended).toBe(1)
  expect(demo.stderr()).toMatch(message)
  expect(demo.stdout()).toBe('')
})

test.each([
  [postgres, { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/shop' }, NO_POSTGRES],
  [postgres, { DATABASE_URL: 'postgres://[' }, /^DATABASE_URL must be like postgres:.*$/],
  [mongo, { MONGODB_URL: 'mongodb://me:secret@127.0.0.1:1/shop' }, NO_MONGO],
] as const)('a server that cannot be had is told with what to do: %#', async (kind, env, message) => {
  const error = await kind.locate(env).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(StartError)
  expect((error as StartError).message).toMatch(message)
})

test('--help tells every flag, its variable and what it is unless set', async () => {
  const demo = spawnDemo(['--help'])
  expect(await demo.ended).toBe(0)
  for (const line of [
    /--port +PORT .*\(8080 unless set\)/,
    /--store +STORE .*memory, redis, postgres or mongo \(memory unless set\)/,
    /REDIS_URL .*\(one is started unless set\)/,
    /DATABASE_URL .*\(one is started unless set\)/,
    /MONGODB_URL .*\(one is started unless set\)/,
    /--max-running/,
  ]) {
    expect(demo.stdout()).toMatch(line)
  }
})

test('what is printed has no colours where nobody watches', async () => {
  const demo = spawnDemo([], { ...RELIABLE, PORT: '0' })
  await pay(await urlOf(demo))
  await demo.printed(/POST \/payment 200 \d+ms token=\S+ executed attempt=1/)
  expect(demo.stdout()).not.toContain('\u001b')
})
