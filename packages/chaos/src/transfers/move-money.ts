import { setTimeout as sleep } from 'node:timers/promises'
import { lockRow } from '@idem/postgres'
import type { PoolClient } from 'pg'
import type { Receipt, Transfer } from './transfer'

/** Moves the money and writes it down. It takes its time about it, so that much can go wrong in between. */
export async function moveMoney(
  tx: PoolClient,
  bank: string,
  { id, from, to, amount }: Transfer,
  pauseMs: number,
): Promise<Receipt> {
  const account = await lockRow<{ balance: number }>(tx, { schema: bank, table: 'accounts' }, { id: from })
  if (account === undefined) throw new Error(`there is no account ${from}`)
  await tx.query(`UPDATE ${bank}.accounts SET balance = balance - $2 WHERE id = $1`, [from, amount])
  await sleep(pauseMs)
  await tx.query(`UPDATE ${bank}.accounts SET balance = balance + $2 WHERE id = $1`, [to, amount])
  const { rows } = await tx.query<{ entry: number }>(
    `INSERT INTO ${bank}.ledger (transfer, debited, credited, amount) VALUES ($1, $2, $3, $4) RETURNING entry`,
    [id, from, to, amount],
  )
  await sleep(pauseMs)
  return { entry: rows[0]?.entry as number, left: account.balance - amount }
}
