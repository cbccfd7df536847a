import { RemoteGateway } from '../gateway/remote-gateway'
import { shownRoute } from '../http/route'
import { type Orders, serve } from '../serve'
import type { RunningService } from '../service'
import { StartError } from '../start-error'
import { STOP_WITHIN_MS } from '../stop-on-signal'
import type { FromWorker, ToWorker } from './messages'

/** One of the processes that answer. It does what the one that started it says, and ends when that one ends. */
export function work(): void {
  const gateway = new RemoteGateway((call) => tell({ type: 'gateway', call }))
  let service: RunningService | undefined
  let stopping = false

  process.on('message', (message: ToWorker) => {
    if (message.type === 'gateway') gateway.hear(message.reply)
    else if (message.type === 'begin') void begin(message.orders)
    else void stop(message.withinMs)
  })
  // A Ctrl+C reaches every process of a terminal: what follows is said by the one that started this.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => void stop(STOP_WITHIN_MS))
  tell({ type: 'hello' })

  async function begin(orders: Orders): Promise<void> {
    try {
      service = await serve(orders, gateway)
      tell({ type: 'ready', service: { url: service.url, routes: service.routes.map(shownRoute) } })
    } catch (error) {
      if (!(error instanceof StartError)) throw error
      tell({ type: 'failed', message: error.message }, () => process.exit(1))
    }
  }

  async function stop(withinMs: number): Promise<void> {
    if (stopping) return
    stopping = true
    const finished = service === undefined || (await service.stop(withinMs))
    process.exit(finished ? 0 : 1)
  }
}

function tell(message: FromWorker, then: () => void = () => {}): void {
  // With nobody left to be told this process is about to end: Node sees to that.
  process.send?.(message, undefined, undefined, then)
}
