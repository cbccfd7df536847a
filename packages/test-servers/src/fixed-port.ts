import { randomInt } from 'node:crypto'
import { portIsFree } from './free-port'

/** How far from its port a Redis node of a cluster has its second one, for the other nodes. */
const clusterBus = 10_000

const given = new Set<number>()

/**
 * A port on 127.0.0.1 that its server finds free again after it was down, however hard its clients
 * try to reach it meanwhile: it lies below those that systems lend to outgoing connections (from
 * 32768 on Linux), one of which could otherwise take the port, or even connect to itself there.
 * No port is given twice. The port `clusterBus` above it is free as well.
 */
export async function fixedPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + randomInt(10_000)
    if (given.has(port)) continue
    given.add(port)
    if ((await portIsFree(port)) && (await portIsFree(port + clusterBus))) return port
  }
}
