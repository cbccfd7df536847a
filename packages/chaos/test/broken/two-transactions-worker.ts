import { runTransferWorker } from '../../src/transfers/run-transfer-worker'

// The transfer is a transaction, and its record is another.
void runTransferWorker(({ idem, pool }, { id, from, to, amount }, move) =>
  idem.run(
    id,
    async (ctx) => {
      const tx = await pool.connect()
      tx.on('error', () => {})
      let failed: Error | undefined
      try {
        await tx.query('BEGIN')
        const receipt = await move(tx, ctx)
        await tx.query('COMMIT')
        return receipt
      } catch (error) {
        failed = error as Error
        throw error
      } finally {
        // A connection that is closed rolls back.
        tx.release(failed)
      }
    },
    { fingerprint: [from, to, amount] },
  ),
)
