import { protectedTransfer } from '../protected-transfer'
import { runTransferWorker } from '../run-transfer-worker'
import { openMongoBranch } from './open-mongo-branch'

void runTransferWorker(openMongoBranch, protectedTransfer)
