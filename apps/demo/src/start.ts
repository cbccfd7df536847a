import { randomBytes } from 'node:crypto'
import type { Gateway } from './gateway/gateway'
import { SimulatedGateway } from './gateway/simulated-gateway'
import { reserve } from './http/server'
import type { Listening } from './processes/faces'
import { ProcessGroup } from './processes/process-group'
import { locateBroker } from './queue/locate-broker'
import type { Orders } from './serve'
import type { Settings } from './settings'
import { StartError } from './start-error'
import type { StoreKind, StorePlace } from './stores/store-kind'
import { STORE_NAMES, STORES, type StoreName } from './stores/stores'

/** The service, in however many processes it runs. */
export interface Running extends Listening {
  /** The processes that answer. */
  readonly pids: readonly number[]
  /** Completes the sentence "Records are kept …". */
  readonly records: string
  /** Completes the sentence "Paid orders are queued …". */
  readonly queue: string
  /** Like {@link RunningService.stop}. Afterwards all that was started for the service has ended. */
  stop(withinMs: number): Promise<boolean>
  /** Ends at once what would outlive this process. */
  abort(): void
}

/**
 * @param gateway - one for all processes: it stands for a company outside, and its ledger says how often a card was really
 *   charged
 * @throws StartError if the service cannot start; then nothing is left of it
 */
export async function start(settings: Settings, gateway: Gateway = simulated(settings)): Promise<Running> {
  const place = await STORES[settings.store].locate(process.env)
  const opened = [place]
  try {
    const others = await otherStores(settings.store)
    opened.push(...others)
    const queue = await locateBroker(settings, place, process.env)
    opened.push(queue)
    const orders: Omit<Orders, 'number'> = {
      processes: settings.processes,
      address: { host: settings.host, port: settings.port },
      store: settings.store,
      storeUrl: place.url,
      queue: { name: queue.name, url: queue.url },
      maxRunning: settings['max-running'],
      maxWaiting: settings['max-waiting'],
      leaseMs: settings.lease,
      tokenSecret: randomBytes(32).toString('base64url'),
      callbackSecret: settings['callback-secret'],
      stormStores: [
        { name: settings.store, url: place.url },
        ...others.map(({ name, url }) => ({ name, url })),
      ],
    }
    const address = await reserve(orders.address)
    const group = new ProcessGroup({ ...orders, address }, gateway, console.log)
    const listening = await group.start()
    return {
      ...listening,
      pids: group.pids,
      records: place.described,
      queue: queue.described,
      async stop(withinMs) {
        try {
          return await group.stop(withinMs)
        } finally {
          await close()
        }
      },
      abort: () => group.abort(),
    }
  } catch (error) {
    await close()
    throw error
  }

  async function close(): Promise<void> {
    await Promise.all(opened.map((one) => one.close()))
  }
}

/** Where else a storm can be let loose: memory, and what the environment names and can be reached. */
async function otherStores(chosen: StoreName): Promise<(StorePlace & { readonly name: StoreName })[]> {
  const configured = STORE_NAMES.filter((name) => {
    const { variable } = STORES[name] as StoreKind
    return name !== chosen && (variable === undefined || Boolean(process.env[variable]))
  })
  const places = await Promise.all(
    configured.map((name) =>
      STORES[name].locate(process.env).then(
        (place) => [{ ...place, name }],
        (error: unknown) => {
          if (error instanceof StartError) return []
          throw error
        },
      ),
    ),
  )
  return places.flat()
}

function simulated(settings: Settings): Gateway {
  return new SimulatedGateway({
    failureRate: settings['failure-rate'],
    delayMs: settings['gateway-delay'],
  })
}
