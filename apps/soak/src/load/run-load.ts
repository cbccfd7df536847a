import type { Order } from '../order'
import { countTimers } from './count-timers'
import { Load } from './load'
import type { Answered, Asked, LoadQuestions } from './load-question'
import { Meter } from './meter'
import { openStores } from './stores/open-stores'
import type { OpenedStores } from './stores/opened-stores'

/** Does what it is asked to, until whoever asks is gone; `around` may put something between the two. */
export async function runLoad(
  around: (load: Load, opened: OpenedStores) => LoadQuestions = (load) => load,
): Promise<void> {
  // Neither outlives the other.
  process.on('disconnect', () => process.exit(1))
  // Ctrl+C reaches this process, too; the one that asks says what is to be done then.
  process.on('SIGINT', () => {})
  const { count } = countTimers()
  const order = JSON.parse(process.argv[2] ?? '') as Order
  const meter = new Meter(count)
  const opened = await openStores[order.store](order.url)
  const load = around(new Load(order, meter, opened), opened)
  process.on('message', ({ id, question }: Asked) => {
    load[question]().then(
      (answer) => tell({ id, answer }),
      (error: unknown) =>
        tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  tell({ id: 0, answer: 'ready' })
}

function tell(answered: Answered): void {
  process.send?.(answered)
}
