import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from './app'
import type { ControlState } from './controls/controls'
import { controlsRoutes } from './controls/controls-routes'
import { gatewayRoutes } from './gateway/gateway-routes'
import { healthRoutes } from './health/health-routes'
import type { ProcessName } from './http/process-header'
import type { Report } from './http/report'
import type { RequestLogOptions } from './http/request-log'
import type { Route } from './http/route'
import { type Address, listen } from './http/server'
import { inspectorRoutes } from './inspector/inspector-routes'
import { metricsRoutes } from './metrics/metrics-routes'
import { Telemetry } from './metrics/telemetry'
import { type About, pageRoutes } from './page/page-routes'
import { bookRoutes } from './payment/book-routes'
import { paymentRoutes } from './payment/payment-routes'
import { PaymentService } from './payment/payment-service'
import type { Outside } from './processes/outside'
import type { Broker } from './queue/broker'
import { openShop } from './shop'
import { cuttable } from './stores/cut'
import type { OpenStore } from './stores/store-kind'
import type { StormStore } from './storm/storm'
import { stormRoutes } from './storm/storm-routes'
import { timelineRoutes } from './timeline/timeline-routes'

export interface ServiceOptions {
  readonly opened: OpenStore
  readonly outside: Outside
  readonly address: Address
  /** As which of its processes it answers. */
  readonly process: ProcessName
  /** What the page tells of it. */
  readonly about: About
  readonly maxRunning: number
  readonly maxWaiting: number
  /** How long one call to the store may take, and a look at its health. */
  readonly storeTimeoutMs: number
  /** How long a payment whose process is silent still counts as running. */
  readonly leaseMs: number
  /** What happened in the shop is told there, if anybody is to hear of it. */
  readonly broker: Broker | undefined
  /** Signs the tokens of orders. */
  readonly tokenSecret: Uint8Array
  /** What the payment provider signs its callbacks with. */
  readonly callbackSecret: string
  /** Where a storm can be let loose. */
  readonly stormStores: readonly StormStore[]
  /** Kills the process: some requests ask for it, to see what follows. */
  readonly crash: () => void
  readonly log: RequestLogOptions
  readonly report: Report
}

export interface RunningService {
  readonly url: string
  readonly routes: readonly Route[]
  /** Goes by what the page's buttons say from now on. */
  control(state: ControlState): void
  /** What this process tells Prometheus. */
  metrics(): Promise<string>
  /**
   * Takes nothing new, lets running payments finish, then closes. Resolves to whether all of them did so in the time
   * given; clients that are still connected afterwards are cut off.
   */
  stop(withinMs: number): Promise<boolean>
}

/** @throws StartError if the address cannot be had */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { outside, process, log, report } = options
  const { opened, cut } = cuttable(options.opened)
  const { store, book } = opened
  const telemetry = new Telemetry(process.number)
  if (process.number === 1) telemetry.observeRecords(store, ['payments', 'shop'])
  if (opened.pool) telemetry.observePool('store', opened.pool)
  const stopping = new AbortController()
  const payments = new PaymentService({
    ...options,
    store,
    book,
    gateway: outside.gateway,
    idem: (settings) => telemetry.idem(settings),
    observe: outside.timeline.observe,
    warn: log.print,
  })
  let url = ''
  const { routes: shopRoutes, stop: closeShop } = openShop(
    {
      idem: telemetry.idem({
        store,
        namespace: 'shop',
        storeTimeout: options.storeTimeoutMs,
        settleTimeout: options.storeTimeoutMs * 2,
        lease: options.leaseMs,
        observer: outside.timeline.observe,
      }),
      tables: opened.tables,
      locks: opened.locks,
      gateway: outside.gateway,
      publisher: options.broker ?? { publish: async () => {} },
    },
    { ...options, url: () => url, print: log.print },
  )
  const storm = stormRoutes({
    stores: options.stormStores,
    locks: opened.locks,
    onProgress: (progress) => outside.timeline.storm(progress),
  })
  const routes = [
    ...pageRoutes(options.about),
    ...paymentRoutes(payments, report),
    ...(book === undefined ? [] : bookRoutes(book)),
    ...gatewayRoutes(outside.gateway),
    ...shopRoutes,
    ...storm.routes,
    ...healthRoutes({ payments, timeoutMs: options.storeTimeoutMs }),
    ...inspectorRoutes(store),
    ...timelineRoutes(outside.timeline, stopping.signal),
    ...controlsRoutes(outside.controls),
    ...metricsRoutes(outside),
  ]
  const app = createApp({ routes, process, log, report, stopping: stopping.signal })
  const server = await listen(app.fetch, options.address)
  url = server.url
  return {
    url: server.url,
    routes,
    control: ({ storeIsCut }) => cut(storeIsCut),
    metrics: () => telemetry.collect(),
    stop,
  }

  async function stop(withinMs: number): Promise<boolean> {
    stopping.abort()
    // A client may have hung up on a payment that still runs: that the server is drained says nothing about it.
    const done = Promise.all([server.drain(), payments.idle(), closeShop(), storm.stop?.()]).then(() => true)
    const inTime = await Promise.race([done, sleep(withinMs, false, { ref: false })])
    server.cut()
    await telemetry.close()
    return inTime
  }
}
