import { runWorker } from '../../worker/run-worker'
import { openPostgresStore } from './open-postgres-store'

void runWorker((url, place) => openPostgresStore(url, place))
