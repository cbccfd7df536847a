import { compareAndSet } from '@idem/postgres'
import { pool } from './start'

/** Of any number of calls at once, one ships the order. */
export async function ship(id: string): Promise<boolean> {
  const { won } = await compareAndSet(pool, 'orders', {
    where: { id, status: 'paid' },
    set: { status: 'shipped' },
  })
  return won
}
