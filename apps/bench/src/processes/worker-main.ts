// A process that works on a store with others, a turn at a time, until whoever started it is gone.
import { openWorker } from './open-worker'
import type { Told, TurnDone, TurnOrder, WorkerOrder } from './order'

const order = JSON.parse(process.argv[2] ?? '') as WorkerOrder
const worker = openWorker(order)

process.on('disconnect', () => process.exit())
process.on('message', (turn: TurnOrder) => void tell(worker.then((opened) => opened.turn(turn))))
void tell(worker.then(() => 'ready'))

async function tell(doing: Promise<TurnDone | 'ready'>): Promise<void> {
  const told: Told = await doing.then(
    (done) => ({ done }),
    (error: Error) => ({ failed: error.stack ?? String(error) }),
  )
  process.send?.(told)
}
