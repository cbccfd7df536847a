import type { Pool, PoolClient } from 'pg'
import { openPostgresBranch } from '../../../src/transfers/postgres/open-postgres-branch'
import { runTransferWorker } from '../../../src/transfers/run-transfer-worker'
import { twoTransactions } from './unprotected'

void runTransferWorker(
  openPostgresBranch,
  twoTransactions<PoolClient, Pool>(async (pool, use) => {
    const tx = await pool.connect()
    tx.on('error', () => {})
    let failed: Error | undefined
    try {
      await tx.query('BEGIN')
      const receipt = await use(tx)
      await tx.query('COMMIT')
      return receipt
    } catch (error) {
      failed = error as Error
      throw error
    } finally {
      // A connection that is closed rolls back.
      tx.release(failed)
    }
  }),
)
