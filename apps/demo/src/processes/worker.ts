import { type BirpcReturn, createBirpc } from 'birpc'
import { RemoteGateway } from '../gateway/remote-gateway'
import { shownRoute } from '../http/route'
import { serve } from '../serve'
import type { RunningService } from '../service'
import { StartError } from '../start-error'
import { STOP_WITHIN_MS } from '../stop-on-signal'
import { Timeline } from '../timeline/timeline'
import type { Beginning, ParentFace, WorkerFace } from './faces'
import { SharedControls } from './shared-controls'

/** One of the processes that answer. It does what the one that started it says, and ends when that one ends. */
export async function work(): Promise<void> {
  let service: RunningService | undefined
  let timeline: Timeline | undefined
  let stopping = false

  const face: WorkerFace = {
    stop: (withinMs) => void stop(withinMs),
    hear: (moments) => timeline?.hear(moments),
    control: (state) => controls.hear(state),
    metrics: async () => (await service?.metrics()) ?? '',
  }
  const parent = reachParent(face)
  const controls = new SharedControls(
    (change) => parent.change(change),
    (state) => service?.control(state),
  )
  // A Ctrl+C reaches every process of a terminal: what follows is said by the one that started this.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => void stop(STOP_WITHIN_MS))

  const beginning = await parent.begin()
  if (beginning === undefined) await stop(0)
  else await begin(beginning)

  async function begin({ orders, controls: present, moments }: Beginning): Promise<void> {
    controls.hear(present)
    const tell = (told: Parameters<ParentFace['tell']>[0]) => void parent.tell.asEvent(told)
    timeline = new Timeline(orders.number, tell, moments)
    try {
      service = await serve(orders, {
        gateway: new RemoteGateway(parent),
        timeline,
        controls,
        scrape: () => parent.scrape(),
      })
      service.control(controls.state)
      await parent.ready.asEvent({ url: service.url, routes: service.routes.map(shownRoute) })
    } catch (error) {
      if (!(error instanceof StartError)) throw error
      await parent.failed(error.message)
      process.exit(1)
    }
  }

  async function stop(withinMs: number): Promise<void> {
    if (stopping) return
    stopping = true
    const finished = service === undefined || (await service.stop(withinMs))
    process.exit(finished ? 0 : 1)
  }
}

function reachParent(face: WorkerFace): BirpcReturn<ParentFace, WorkerFace> {
  return createBirpc<ParentFace, WorkerFace>(face, {
    // With nobody left to be told this process is about to end: Node sees to that.
    post: (message) => void process.send?.(message, undefined, undefined, () => {}),
    on: (hear) => void process.on('message', hear),
    // A charge takes as long as the gateway does.
    timeout: -1,
  })
}
