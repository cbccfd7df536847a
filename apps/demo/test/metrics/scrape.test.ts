import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { ask, askUntil } from '../support/client'
import { order, startDemo } from '../support/demo'
import { everyStore } from '../support/every-store'
import { startOn } from '../support/opened'
import { privateRedis } from '../support/private-redis'
import { type Sample, samplesOf } from '../support/samples'
import { pidsOf, spawnDemo, urlOf } from '../support/spawn-demo'

// Processes start one after another, and many other things may run beside.
vi.setConfig({ testTimeout: 120_000 })

const dashboard = readFileSync(new URL('../../../../docs/grafana/idem.json', import.meta.url), 'utf8')

const scrape = async (url: string): Promise<Sample[]> =>
  samplesOf(await (await fetch(`${url}/metrics`)).text())

/** What the samples of a name come to that have these labels. */
const sum = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((total, { value }) => total + value, 0)

test('a payment, its duplicates and a failure are in what Prometheus scrapes', async () => {
  const demo = await startDemo()
  const payment = order()
  await demo.pay(payment)
  await demo.pay(payment)
  await demo.pay(order(), { Simulate: 'gateway-failure' })
  await demo.post('/stock/lamp', { quantity: 1 }, { 'Idempotency-Key': 'delivery' })
  const response = await fetch(`${demo.url}/metrics`)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const samples = samplesOf(await response.text())
  const executions = (outcome: string) =>
    sum(samples, 'idem_executions_total', { idem_outcome: outcome, idem_operation_name: 'payment' })
  expect([executions('executed'), executions('replayed'), executions('failed')]).toEqual([1, 1, 1])
  expect(sum(samples, 'idem_execution_duration_count')).toBeGreaterThanOrEqual(3)
  expect(sum(samples, 'idem_steps_total')).toBe(1)
  expect(sum(samples, 'idem_store_call_duration_count', { idem_store_call: 'claim' })).toBe(4)
  // The payment's, and that of the shop.
  expect(sum(samples, 'idem_records', { idem_record_state: 'succeeded' })).toBe(2)
  expect(samples.every(({ name, labels }) => name === 'target_info' || labels['process'] === '1')).toBe(true)
})

const pooled = (await everyStore()).filter(({ title }) => ['PostgreSQL', 'MongoDB'].includes(title))

test.for(pooled)(
  'how many connections to $title are in use is there, too',
  async ({ kind, url }, { skip }) => {
    if (url === undefined) return skip('there is no server')
    const demo = await startOn(kind, url)
    await demo.pay(order())
    const samples = await scrape(demo.url)
    const connections = (state: string) =>
      sum(samples, 'db_client_connection_count', { db_client_connection_state: state })
    expect(connections('idle')).toBeGreaterThan(0)
    expect(connections('used')).toBeGreaterThanOrEqual(0)
    const pending = samples.filter(({ name }) => name === 'db_client_connection_pending_requests')
    expect(pending).toMatchObject([{ labels: { db_client_connection_pool_name: 'store' } }])
    const asked = [...dashboard.matchAll(/\bdb_client_\w+(?=\{)/g)].map(([name]) => name)
    expect(asked).not.toEqual([])
    expect(asked.filter((name) => !samples.some((sample) => sample.name === name))).toEqual([])
    const open = connections('idle') + connections('used')
    expect(sum(samples, 'db_client_connection_max')).toBeGreaterThanOrEqual(open)
  },
)

const redis = await privateRedis()

describe.skipIf(redis === undefined)('several processes', () => {
  test('one scrape tells of all of them, each under its number, and of those that are left when one dies', async () => {
    const demo = spawnDemo(['--store', 'redis', '--processes', '2', '--port', '0'], {
      REDIS_URL: redis?.url ?? '',
      FAILURE_RATE: '0',
      GATEWAY_DELAY: '0-0',
    })
    const url = await urlOf(demo)
    const answered = new Set<number>()
    let paid = 0
    while (answered.size < 2 || paid < 10) {
      answered.add((await ask(`${url}/payment`, order())).process)
      paid += 1
    }
    const samples = await scrape(url)
    const executed = (process: string) =>
      sum(samples, 'idem_executions_total', { process, idem_operation_name: 'payment' })
    expect(executed('1')).toBeGreaterThan(0)
    expect(executed('2')).toBeGreaterThan(0)
    expect(executed('1') + executed('2')).toBe(paid)
    // Each process would count the same records.
    const records = samples.filter(({ name }) => name === 'idem_records')
    expect(new Set(records.map(({ labels }) => labels['process']))).toEqual(new Set(['1']))

    const [, second = 0] = pidsOf(demo)
    process.kill(second, 'SIGKILL')
    await demo.printed(/process 2 .* takes its place/)
    expect(sum(await scrape(url), 'idem_executions_total', { process: '1' })).toBeGreaterThan(0)
    await demo.printed(/process 2 \(\d+\) answers/)
    await askUntil(`${url}/health`, ({ process }) => process === 2)
  })
})
