import type { ClientSession, MongoClient } from 'mongodb'
import { inTurn } from '../../../src/transfers/mongo/in-turn'
import { openMongoBranch } from '../../../src/transfers/mongo/open-mongo-branch'
import { runTransferWorker } from '../../../src/transfers/run-transfer-worker'
import { twoTransactions } from './unprotected'

void runTransferWorker(
  openMongoBranch,
  inTurn(
    twoTransactions<ClientSession, MongoClient>((client, use) =>
      client.withSession((session) =>
        session.withTransaction(() => use(session), { writeConcern: { w: 'majority' } }),
      ),
    ),
  ),
)
