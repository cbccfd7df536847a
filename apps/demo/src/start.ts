import type { Gateway } from './gateway/gateway'
import { SimulatedGateway } from './gateway/simulated-gateway'
import { reserve } from './http/server'
import type { Listening } from './processes/faces'
import { ProcessGroup } from './processes/process-group'
import type { Orders } from './serve'
import type { Settings } from './settings'
import { STORES } from './stores/stores'

/** The service, in however many processes it runs. */
export interface Running extends Listening {
  /** The processes that answer. */
  readonly pids: readonly number[]
  /** Completes the sentence "Records are kept …". */
  readonly records: string
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
  const orders: Omit<Orders, 'number'> = {
    processes: settings.processes,
    address: { host: settings.host, port: settings.port },
    store: settings.store,
    storeUrl: place.url,
    maxRunning: settings['max-running'],
    maxWaiting: settings['max-waiting'],
    leaseMs: settings.lease,
  }
  try {
    const address = await reserve(orders.address)
    const group = new ProcessGroup({ ...orders, address }, gateway, console.log)
    const listening = await group.start()
    return {
      ...listening,
      pids: group.pids,
      records: place.described,
      stop: (withinMs) => group.stop(withinMs).finally(place.close),
      abort: () => group.abort(),
    }
  } catch (error) {
    await place.close()
    throw error
  }
}

function simulated(settings: Settings): Gateway {
  return new SimulatedGateway({
    failureRate: settings['failure-rate'],
    delayMs: settings['gateway-delay'],
  })
}
