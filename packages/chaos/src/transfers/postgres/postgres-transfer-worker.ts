import { protectedTransfer } from '../protected-transfer'
import { runTransferWorker } from '../run-transfer-worker'
import { openPostgresBranch } from './open-postgres-branch'

void runTransferWorker(openPostgresBranch, protectedTransfer)
