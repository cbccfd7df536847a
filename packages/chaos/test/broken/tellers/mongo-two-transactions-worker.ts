import type { ClientSession, MongoClient } from 'mongodb'
import { openMongoBranch } from '../../../src/transfers/mongo/open-mongo-branch'
import { runTransferWorker } from '../../../src/transfers/run-transfer-worker'
import { twoTransactions } from './unprotected'

void runTransferWorker(
  openMongoBranch,
  twoTransactions<ClientSession, MongoClient>((client, use) =>
    client.withSession((session) =>
      session.withTransaction(() => use(session), { writeConcern: { w: 'majority' } }),
    ),
  ),
)
