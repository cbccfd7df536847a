import { Idem, type IdemError, MemoryStore } from '@idem/core'

interface Receipt {
  readonly order: string
  readonly run: number
}

let runs = 0
const idem = new Idem({ store: new MemoryStore(), retention: '24h' })
const charge = idem.wrap(
  async (order: { id: string }): Promise<Receipt> => ({ order: order.id, run: ++runs }),
  { name: 'charge', key: (order) => order.id },
)

const receipts: Receipt[] = [await charge({ id: 'A-1' }), await charge({ id: 'A-1' })]
if (runs !== 1 || receipts.some(({ run }) => run !== 1)) throw new Error(JSON.stringify(receipts))

// @ts-expect-error a memory store has no transactions
const transaction: unknown = idem.transaction
const code = (error: IdemError): string => error.code
console.log(transaction === code ? 'never' : 'one run')
