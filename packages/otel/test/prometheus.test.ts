import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryStore } from '@idem/core'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { observeRecords, otelIdem } from '../src/index'
import { type Family, parseExposition } from './support/exposition'
import { gate } from './support/gate'

const exporter = new PrometheusExporter({ preventServerStart: true })
const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
const meter = new MeterProvider({ readers: [exporter] }).getMeter('test')
let families: Map<string, Family>

/** Makes everything happen that there is a metric of. */
async function everything(): Promise<void> {
  const store: MemoryStore & { diagnose?: () => Promise<string[]> } = new MemoryStore()
  store.diagnose = async () => ['warned']
  const options = { store, cache: { max: 9, maxAge: '1h' }, lease: 30, maxResultBytes: 50 } as const
  const [idem, other] = [otelIdem(options, { meter }), otelIdem(options, { meter })]
  const name = 'quo"te\\d'
  await idem.run('a', () => 1, { name })
  await idem.run('a', () => 1, { name })
  const { entered, pass, open } = gate()
  const slow = idem.run('b', pass, { name, fingerprint: 0 })
  await entered
  const waiting = other.run('b', pass, { name, fingerprint: 0 })
  await idem.run('b', pass, { name, fingerprint: 1 }).catch(() => {})
  open()
  await Promise.all([slow, waiting])
  await idem.run('c', () => Promise.reject(new Error('no')), { name }).catch(() => {})
  await idem.run('d', (ctx) => ctx.step('long', () => 'x'.repeat(99)), { name })
  store.extend = () => Promise.reject(new Error('down'))
  const lost = idem.run(
    'e',
    (ctx) => new Promise((_, reject) => ctx.signal.addEventListener('abort', reject)),
    {
      name,
    },
  )
  await lost.catch(() => {})
  observeRecords(idem, { meter, every: 0 })
}

beforeAll(async () => {
  await everything()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
  families = parseExposition(await response.text())
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await exporter.shutdown()
})

const idems = () => [...families.values()].filter(({ name }) => name.startsWith('idem_'))

describe('what Prometheus scrapes', () => {
  it('is what there is a metric of, each of its type', () => {
    expect(Object.fromEntries(idems().map(({ name, type }) => [name, type]))).toEqual({
      idem_active_attempts: 'gauge',
      idem_attempt_duration: 'histogram',
      idem_attempts_total: 'counter',
      idem_execution_duration: 'histogram',
      idem_executions_total: 'counter',
      idem_leases_lost_total: 'counter',
      idem_records: 'gauge',
      idem_records_uncounted: 'gauge',
      idem_steps_total: 'counter',
      idem_store_call_duration: 'histogram',
      idem_store_failures_total: 'counter',
      idem_store_warnings_total: 'counter',
      idem_values_omitted_total: 'counter',
      idem_waiting_callers: 'gauge',
      idem_waits_total: 'counter',
    })
    expect(idems().every(({ help }) => /^[A-Z].*\.$/.test(help))).toBe(true)
  })

  it('counts what happened', () => {
    const executions = families.get('idem_executions_total')?.samples ?? []
    const replayed = executions.find(({ labels }) => labels['idem_replay_source'] === 'cache')
    expect(replayed).toMatchObject({ value: 1, labels: { idem_operation_name: 'quo\\"te\\\\d' } })
    expect(families.get('idem_records')?.samples.map(({ labels, value }) => [labels, value])).toEqual(
      expect.arrayContaining([[expect.objectContaining({ idem_record_state: 'succeeded' }), 3]]),
    )
  })
})

describe('the dashboard', () => {
  const dashboard = JSON.parse(
    readFileSync(new URL('../../../docs/grafana/idem.json', import.meta.url), 'utf8'),
  )
  interface Panel {
    readonly id: number
    readonly title: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly targets: readonly { readonly expr: string; readonly refId: string }[]
  }
  const panels: readonly Panel[] = dashboard.panels
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const named = (pattern: RegExp) => new Set(queries.flatMap((query) => query.match(pattern) ?? []))

  it('is of a schema that Grafana 11 and later read', () => {
    expect(dashboard).toMatchObject({ schemaVersion: 39, title: 'idem', uid: 'idem' })
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { title, targets } of panels) {
      expect(title).not.toBe('')
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  })

  it('has room for each panel', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(Math.max(...panels.map(({ gridPos }) => gridPos.x + gridPos.w))).toBe(24)
  })

  it('asks for every metric that is scraped, by every name that a sample has, and for no other', () => {
    const samples = idems().flatMap((family) => family.samples.map(({ name }) => name))
    // A metric is followed by its selector, or is matched in it: the Collector adds the unit to its name.
    const plain = [...named(/\bidem_\w+(?=\{)/g)].map((name) => new RegExp(`^${name}$`))
    const matched = [...named(/(?<=__name__=~")[^"]+/g)].map((pattern) => new RegExp(`^${pattern}$`))
    const patterns = [...plain, ...matched]
    expect(patterns.filter((pattern) => !samples.some((name) => pattern.test(name)))).toEqual([])
    const asked = (family: Family) =>
      family.samples.some(({ name }) => patterns.some((pattern) => pattern.test(name)))
    expect(
      idems()
        .filter((family) => !asked(family))
        .map(({ name }) => name),
    ).toEqual([])
    for (const pattern of matched) {
      const ofCollector = samples.map((name) => name.replace(/_duration_/, '_duration_seconds_'))
      expect(ofCollector.some((name) => pattern.test(name))).toBe(true)
    }
  })

  it('asks by labels and values that there are', () => {
    const samples = idems().flatMap((family) => family.samples)
    const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)))
    const used = new Set(
      queries
        .flatMap((query) => [...query.matchAll(/(?:by \(([^)]+)\)|\b(\w+)=~?")/g)])
        .flatMap(([, by = '', label = '']) => [...by.split(/,\s*/), label])
        .filter((label) => !['', 'job', '__name__'].includes(label))
        // Of pools, which are not this package's to tell of; the demo's tests hold these.
        .filter((label) => !label.startsWith('db_client_')),
    )
    expect([...used].filter((label) => !labels.has(label))).toEqual([])
  })
})
