import { until } from '../../until'
import { askRedis } from '../ping-redis'
import { inSync } from '../private-redis'

const slotCount = 16_384

interface Node {
  readonly url: string
  readonly port: number
}

/** Makes one cluster of fresh nodes; resolves when each of them says that it is whole. */
export async function formCluster(masters: readonly Node[], replicas: readonly Node[]): Promise<void> {
  const all = [...masters, ...replicas]
  await Promise.all(
    masters.map(({ url }, i) =>
      askRedis(url, async (client) => {
        const firstSlot = (n: number) => Math.floor((n * slotCount) / masters.length)
        await client.call('CLUSTER', 'ADDSLOTSRANGE', firstSlot(i), firstSlot(i + 1) - 1)
        // Nodes that were never told apart agree on who owns what only after a conflict.
        await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
      }),
    ),
  )
  const [first] = masters
  if (!first) throw new TypeError('a cluster needs a node')
  await askRedis(first.url, async (client) => {
    for (const { port } of all.slice(1)) await client.call('CLUSTER', 'MEET', '127.0.0.1', port)
  })
  await until(() => wholeFor(all, all.length))

  for (const [i, replica] of replicas.entries()) {
    const master = masters[i % masters.length] ?? first
    const id = await askRedis(master.url, (client) => client.call('CLUSTER', 'MYID'))
    await askRedis(replica.url, (client) => client.call('CLUSTER', 'REPLICATE', String(id)))
  }
  for (const { url } of replicas) await until(() => inSync(url))
}

/** Whether each of these nodes knows of `size` nodes and of an owner that answers for each slot. */
export async function wholeFor(nodes: readonly Node[], size: number): Promise<true | string> {
  for (const { url, port } of nodes) {
    const info = String(await askRedis(url, (client) => client.call('CLUSTER', 'INFO')))
    const says = (line: string) => info.split(/\r?\n/).includes(line)
    const whole =
      says('cluster_state:ok') && says(`cluster_slots_ok:${slotCount}`) && says(`cluster_known_nodes:${size}`)
    if (!whole) return `the node at port ${port} takes the cluster of ${size} for broken:\n${info}`
  }
  return true
}
