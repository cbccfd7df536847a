import { type HandlerOptions, idempotentConsumer } from '../../src/consumer/index'
import { scene } from '../support/scene'

export interface Order {
  readonly id: string
  readonly total: number
}

export const order: Order = { id: 'A-1', total: 10 }

type Own = Partial<Omit<HandlerOptions<Order>, 'idem'>>

/** One store, and processes that consume from the same queue. */
export function consumers() {
  const { time, process } = scene()
  const consumer = (options: Own = {}) => {
    const { idem, store } = process()
    const applied: Order[] = []
    const consume = idempotentConsumer<Order>({
      name: 'points',
      key: ({ id }) => id,
      handler: (message) => {
        applied.push(message)
      },
      backoff: (attempt) => attempt * 100,
      ...options,
      idem,
    })
    return { consume, applied, idem, store }
  }
  return { time, process, consumer }
}

/** A handler that fails for as long as it is told to. */
export function failing(times: number, error: () => unknown = () => new Error('no stock')) {
  const attempts: number[] = []
  const handler: HandlerOptions<Order>['handler'] = (_message, { attempt }) => {
    attempts.push(attempt)
    if (attempts.length <= times) throw error()
  }
  return { handler, attempts }
}
