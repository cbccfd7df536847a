import { Redis } from 'ioredis'

export interface ReshardOptions {
  /**
   * Called while a slot is between two owners, with all of its keys at the new one already: the
   * old one answers each command on them with ASK until this resolves.
   */
  readonly halfWay?: (slot: number) => Promise<void>
}

export interface ReshardPlan extends ReshardOptions {
  readonly fromPort: number
  readonly toPort: number
  /** The other masters that run, which are told of the new owner rather than left to hear of it. */
  readonly otherPorts: readonly number[]
  readonly slots: readonly number[]
}

/** Gives slots, one by one, and the keys in them to another master, as Redis' own tools do. */
export async function reshard({ fromPort, toPort, otherPorts, slots, halfWay }: ReshardPlan): Promise<void> {
  const clients = [fromPort, toPort, ...otherPorts].map((port) => {
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => null })
    // Commands that fail for it say so.
    client.on('error', () => {})
    return client
  })
  const [from, to, ...others] = clients as [Redis, Redis, ...Redis[]]
  try {
    const fromId = String(await from.call('CLUSTER', 'MYID'))
    const toId = String(await to.call('CLUSTER', 'MYID'))
    for (const slot of slots) {
      await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
      await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
      await moveKeys(from, toPort, slot)
      await halfWay?.(slot)
      // The new owner first: if all ended here, the slot would still have one.
      for (const client of [to, from, ...others]) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
    }
  } finally {
    for (const client of clients) client.disconnect()
  }
}

/** While a slot migrates no key comes into being at its old owner, so that this ends. */
async function moveKeys(from: Redis, toPort: number, slot: number): Promise<void> {
  for (;;) {
    const keys = (await from.callBuffer('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as Buffer[]
    if (keys.length === 0) return
    await from.call('MIGRATE', '127.0.0.1', toPort, '', 0, 5_000, 'KEYS', ...keys)
  }
}
