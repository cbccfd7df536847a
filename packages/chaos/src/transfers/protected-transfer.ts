import type { Counter, Move } from './run-transfer-worker'
import type { Receipt, Transfer } from './transfer'

/** The transfer and its record are one transaction. */
export function protectedTransfer<Tx>(
  { idem }: Counter<Tx, unknown>,
  { id, from, to, amount }: Transfer,
  move: Move<Tx>,
): Promise<Receipt> {
  return idem.transaction(id, (ctx) => move(ctx.tx, ctx), { fingerprint: [from, to, amount] })
}
