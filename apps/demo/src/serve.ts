import { StoreError } from '@idem/core'
import type { Address } from './http/server'
import type { Outside } from './processes/outside'
import { type BrokerPlace, openBroker } from './queue/brokers'
import { type RunningService, startService } from './service'
import { STORES, type StoreName } from './stores/stores'
import type { StormStore } from './storm/storm'

/** How long one call to the store may take: a client that is told to come again should not have waited for long. */
const STORE_TIMEOUT_MS = 2000

/** What a process needs to know to answer: plain data, since it may come from another process. */
export interface Orders {
  /** Which of the processes it is, from 1. */
  readonly number: number
  /** How many there are. */
  readonly processes: number
  readonly address: Address
  readonly store: StoreName
  /** Where that store was found. */
  readonly storeUrl: string
  readonly queue: BrokerPlace
  readonly maxRunning: number
  readonly maxWaiting: number
  readonly leaseMs: number
  /** Signs the tokens of orders: base64url, the same in all processes. */
  readonly tokenSecret: string
  readonly callbackSecret: string
  /** Where a storm can be let loose. */
  readonly stormStores: readonly StormStore[]
}

/**
 * Opens the store and answers, in this process.
 *
 * @throws StartError if it cannot start
 */
export async function serve(orders: Orders, outside: Outside): Promise<RunningService> {
  // Where one process answers, its lines need not say which.
  const mark = orders.processes === 1 ? [] : [`#${orders.number}`]
  const print = (line: string) => console.log(...mark, line)
  const opened = await STORES[orders.store].open(orders.storeUrl, print)
  const broker = await openBroker(orders.queue, { silenceMs: orders.leaseMs, note: print })
  const close = async () => void (await Promise.all([opened.close(), broker?.close()]))
  try {
    const service = await startService({
      ...orders,
      opened,
      outside,
      process: { number: orders.number, pid: process.pid },
      about: orders,
      broker,
      tokenSecret: Buffer.from(orders.tokenSecret, 'base64url'),
      crash: () => process.kill(process.pid, 'SIGKILL'),
      storeTimeoutMs: STORE_TIMEOUT_MS,
      log: { print, colour: process.stdout.isTTY && !process.env['NO_COLOR'] },
      // While a store is away every request meets the same error: where it was thrown says nothing new.
      report: (error, requestId) =>
        console.error(...mark, requestId, error instanceof StoreError ? String(error) : error),
    })
    const stop = async (withinMs: number) => {
      const finished = await service.stop(withinMs)
      await close()
      return finished
    }
    return { ...service, stop }
  } catch (error) {
    await close()
    throw error
  }
}
