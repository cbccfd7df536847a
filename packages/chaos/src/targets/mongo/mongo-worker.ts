import { runWorker } from '../../worker/run-worker'
import { openMongoStore } from './open-mongo-store'

void runWorker(openMongoStore)
