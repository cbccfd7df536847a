import { compareAndSet } from '@idem/mongo'
import { db } from './start'

interface Order {
  readonly _id: string
  readonly status: 'paid' | 'shipped'
}

/** Of any number of calls at once, one ships the order. */
export async function ship(_id: string): Promise<boolean> {
  const { won } = await compareAndSet(undefined, db.collection<Order>('orders'), {
    where: { _id, status: 'paid' },
    set: { status: 'shipped' },
  })
  return won
}
