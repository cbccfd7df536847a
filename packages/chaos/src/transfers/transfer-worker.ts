import { runTransferWorker } from './run-transfer-worker'

// The transfer and its record are one transaction.
void runTransferWorker(({ idem }, transfer, move) => {
  const { id, from, to, amount } = transfer
  return idem.transaction(id, (ctx) => move(ctx.tx, ctx), { fingerprint: [from, to, amount] })
})
