import { runWorker } from '../../worker/run-worker'
import { openRedisStore } from './open-redis-store'

void runWorker((url, place) => openRedisStore(url, place, { waitReplicas: 1 }))
