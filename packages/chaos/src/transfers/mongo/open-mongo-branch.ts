import { setTimeout as sleep } from 'node:timers/promises'
import { type ClientSession, type MongoClient, ObjectId } from 'mongodb'
import { openMongoStore } from '../../targets/mongo/open-mongo-store'
import type { Branch } from '../branch'
import { collectionsOf } from './collections'

export async function openMongoBranch(
  url: string,
  name: string,
  place: number,
): Promise<Branch<ClientSession, MongoClient>> {
  const { store, client, close } = await openMongoStore(url, place)
  const { accounts, ledger } = collectionsOf(client.db(), name)
  return {
    store,
    driver: client,
    close,
    async move(session, { id, from, to, amount }, pauseMs) {
      const account = await accounts.findOneAndUpdate(
        { _id: from },
        { $inc: { balance: -amount } },
        { session, returnDocument: 'after' },
      )
      if (account === null) throw new Error(`there is no account ${from}`)
      await sleep(pauseMs)
      await accounts.updateOne({ _id: to }, { $inc: { balance: amount } }, { session })
      const line = { _id: new ObjectId(), transfer: id, from, to, amount }
      await ledger.insertOne(line, { session })
      await sleep(pauseMs)
      return { entry: line._id.toHexString(), left: account.balance }
    },
  }
}
