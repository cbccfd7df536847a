import cluster from 'node:cluster'
import { work } from './processes/worker'
import { run } from './run'

if (cluster.isWorker) await work()
else await run()
