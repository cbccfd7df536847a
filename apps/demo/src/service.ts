import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '@idem/core'
import { createApp } from './app'
import type { Gateway } from './gateway/gateway'
import { gatewayRoutes } from './gateway/gateway-routes'
import { healthRoutes } from './health/health-routes'
import type { ProcessName } from './http/process-header'
import type { Report } from './http/report'
import type { RequestLogOptions } from './http/request-log'
import type { Route } from './http/route'
import { type Address, listen } from './http/server'
import { bookRoutes } from './payment/book-routes'
import type { PaymentBook } from './payment/payment-book'
import { paymentRoutes } from './payment/payment-routes'
import { PaymentService } from './payment/payment-service'

export interface ServiceOptions {
  readonly store: Store
  /** Where payments that were made are entered, if anywhere. */
  readonly book?: PaymentBook | undefined
  readonly gateway: Gateway
  readonly address: Address
  /** As which of its processes it answers. */
  readonly process: ProcessName
  readonly maxRunning: number
  readonly maxWaiting: number
  /** How long one call to the store may take, and a look at its health. */
  readonly storeTimeoutMs: number
  /** How long a payment whose process is silent still counts as running. */
  readonly leaseMs: number
  readonly log: RequestLogOptions
  readonly report: Report
}

export interface RunningService {
  readonly url: string
  readonly routes: readonly Route[]
  /**
   * Takes nothing new, lets running payments finish, then closes. Resolves to whether all of them did so in the time
   * given; clients that are still connected afterwards are cut off.
   */
  stop(withinMs: number): Promise<boolean>
}

/** @throws StartError if the address cannot be had */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const payments = new PaymentService({ ...options, warn: options.log.print })
  const routes = [
    ...paymentRoutes(payments, options.report),
    ...(options.book === undefined ? [] : bookRoutes(options.book)),
    ...gatewayRoutes(options.gateway),
    ...healthRoutes({ payments, timeoutMs: options.storeTimeoutMs }),
  ]
  const stopping = new AbortController()
  const { process, log, report } = options
  const app = createApp({ routes, process, log, report, stopping: stopping.signal })
  const server = await listen(app.fetch, options.address)
  return { url: server.url, routes, stop }

  async function stop(withinMs: number): Promise<boolean> {
    stopping.abort()
    // A client may have hung up on a payment that still runs: that the server is drained says nothing about it.
    const done = Promise.all([server.drain(), payments.idle()]).then(() => true)
    const inTime = await Promise.race([done, sleep(withinMs, false, { ref: false })])
    server.cut()
    return inTime
  }
}
