import type { MongoClient } from 'mongodb'
import { openClient } from '../../targets/mongo/open-client'
import type { Bank } from '../bank'
import { ACCOUNTS, OPENING_BALANCE } from '../transfer'
import { collectionsOf } from './collections'

/** Two collections whose names begin with the bank's. */
export const mongoBank: Bank = {
  worker: new URL('mongo-transfer-worker.ts', import.meta.url),
  isCommit,
  // Transfers that meet do not stand in line here: one of them begins again. That takes its time.
  size: { keys: 100, duplicates: 5, processes: 6 },

  open: (url, name) =>
    withClient(url, async (client) => {
      const { accounts, ledger } = collectionsOf(client.db(), name)
      await ledger.createIndex({ transfer: 1 })
      await accounts.insertMany(
        Array.from({ length: ACCOUNTS }, (_, index) => ({ _id: index + 1, balance: OPENING_BALANCE })),
        { writeConcern: { w: 'majority' } },
      )
    }),

  keptMs: (url) =>
    withClient(url, async (client) => {
      const limit = 'transactionLifetimeLimitSeconds'
      const parameters = await client.db('admin').command({ getParameter: 1, [limit]: 1 })
      return Number(parameters[limit]) * 1000
    }),

  read: (url, name) =>
    withClient(url, async (client) => {
      const { accounts, ledger } = collectionsOf(client.db(), name)
      const majority = { readConcern: { level: 'majority' } } as const
      const holders = await accounts.find({}, majority).sort({ _id: 1 }).toArray()
      const entries = await ledger.find({}, majority).sort({ _id: 1 }).toArray()
      return {
        accounts: holders.map(({ _id: id, balance }) => ({ id, balance })),
        ledger: entries.map(({ _id, ...rest }) => ({ entry: _id.toHexString(), ...rest })),
      }
    }),
}

/** How a message begins: its length, its id and that of what it answers, what it is, and flags; then the kind of a section. */
const HEADER_BYTES = 16 + 4 + 1
const OP_MSG = 2013
/** Of a document: its length, and the type of the first field, which is the command. */
const LENGTH_AND_TYPE_BYTES = 5

/** As the protocol has it: a message whose command is `commitTransaction`. */
function isCommit(request: Buffer): boolean {
  const at = HEADER_BYTES + LENGTH_AND_TYPE_BYTES
  const command = 'commitTransaction\0'
  return (
    request.length > at + command.length &&
    request.readInt32LE(12) === OP_MSG &&
    request.toString('latin1', at, at + command.length) === command
  )
}

async function withClient<Result>(
  url: string,
  use: (client: MongoClient) => Promise<Result>,
): Promise<Result> {
  const client = openClient(url)
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
