import type { ClientSession, MongoClient } from 'mongodb'
import { inTurn } from '../../../src/transfers/mongo/in-turn'
import { openMongoBranch } from '../../../src/transfers/mongo/open-mongo-branch'
import { runTransferWorker } from '../../../src/transfers/run-transfer-worker'
import { carelessBank } from './unprotected'

void runTransferWorker(
  openMongoBranch,
  // A session in which no transaction was begun.
  inTurn(carelessBank<ClientSession, MongoClient>((client, use) => client.withSession(use))),
)
