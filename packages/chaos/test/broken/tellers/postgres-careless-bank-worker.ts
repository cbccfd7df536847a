import { Pool, type PoolClient } from 'pg'
import { openPostgresBranch } from '../../../src/transfers/postgres/open-postgres-branch'
import { runTransferWorker } from '../../../src/transfers/run-transfer-worker'
import { carelessBank } from './unprotected'

let others: Pool | undefined

void runTransferWorker(
  openPostgresBranch,
  carelessBank<PoolClient, Pool>(async (pool, use) => {
    // Not of the pool whose connections the transactions hold.
    others ??= new Pool({ ...pool.options, allowExitOnIdle: true }).on('error', () => {})
    const other = await others.connect()
    other.on('error', () => {})
    try {
      return await use(other)
    } finally {
      other.release()
    }
  }),
)
