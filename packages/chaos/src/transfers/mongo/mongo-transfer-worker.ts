import type { ClientSession, MongoClient } from 'mongodb'
import { protectedTransfer } from '../protected-transfer'
import { runTransferWorker } from '../run-transfer-worker'
import { inTurn } from './in-turn'
import { openMongoBranch } from './open-mongo-branch'

void runTransferWorker(openMongoBranch, inTurn<ClientSession, MongoClient>(protectedTransfer))
