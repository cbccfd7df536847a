import { Pool } from 'pg'
import { runTransferWorker } from '../../src/transfers/run-transfer-worker'

let others: Pool | undefined

// Writes on connections of its own, that commit each statement by itself.
void runTransferWorker(({ idem, pool }, { id, from, to, amount }, move) =>
  idem.transaction(
    id,
    async (ctx) => {
      others ??= new Pool({ ...pool.options, allowExitOnIdle: true }).on('error', () => {})
      const other = await others.connect()
      other.on('error', () => {})
      try {
        return await move(other, ctx)
      } finally {
        other.release()
      }
    },
    { fingerprint: [from, to, amount] },
  ),
)
