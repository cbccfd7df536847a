// The service as a process of its own whose gateway holds every charge, until the test that started it releases them.
import cluster from 'node:cluster'
import { work } from '../../src/processes/worker'
import { run } from '../../src/run'
import { HeldGateway } from './held-gateway'

if (cluster.isWorker) await work()
else {
  const gateway = new HeldGateway()
  gateway.hold()
  process.on('message', () => gateway.release())
  void tellArrivals(gateway)
  await run(gateway)
}

async function tellArrivals(gateway: HeldGateway): Promise<never> {
  for (;;) {
    await gateway.arrival(gateway.arrived + 1)
    process.send?.(gateway.arrived)
  }
}
