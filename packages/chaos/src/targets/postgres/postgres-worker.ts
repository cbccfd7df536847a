import { runWorker } from '../../worker/run-worker'
import { openPostgresStore } from './open-postgres-store'

void runWorker(openPostgresStore)
