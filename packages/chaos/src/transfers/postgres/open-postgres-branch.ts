import { setTimeout as sleep } from 'node:timers/promises'
import { lockRow } from '@idem/postgres'
import type { Pool, PoolClient } from 'pg'
import { openPostgresStore } from '../../targets/postgres/open-postgres-store'
import type { Branch } from '../branch'

export async function openPostgresBranch(
  url: string,
  name: string,
  place: number,
): Promise<Branch<PoolClient, Pool>> {
  const { store, pool, close } = await openPostgresStore(url, place, name)
  return {
    store,
    driver: pool,
    close,
    async move(tx, { id, from, to, amount }, pauseMs) {
      const account = await lockRow<{ balance: number }>(
        tx,
        { schema: name, table: 'accounts' },
        { id: from },
      )
      if (account === undefined) throw new Error(`there is no account ${from}`)
      await tx.query(`UPDATE ${name}.accounts SET balance = balance - $2 WHERE id = $1`, [from, amount])
      await sleep(pauseMs)
      await tx.query(`UPDATE ${name}.accounts SET balance = balance + $2 WHERE id = $1`, [to, amount])
      const { rows } = await tx.query<{ entry: string }>(
        `INSERT INTO ${name}.ledger (transfer, debited, credited, amount) VALUES ($1, $2, $3, $4)
         RETURNING entry::text`,
        [id, from, to, amount],
      )
      await sleep(pauseMs)
      return { entry: rows[0]?.entry as string, left: account.balance - amount }
    },
  }
}
