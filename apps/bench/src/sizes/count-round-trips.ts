import { median } from '@idem/harness'
import { startTcpProxy } from '@idem/test-servers'
import type { Answer } from '../work/answer'
import type { SizedStore } from './sized-store'

/** How often a call asks the server and waits, as a network in front of it sees it. */
export interface RoundTrips {
  readonly first: number
  readonly replay: number
}

/** Of so many calls the one in the middle: drivers ask something now and then on their own account. */
const CALLS = 9

export async function countRoundTrips(store: SizedStore, answer: Answer): Promise<RoundTrips> {
  const network = await startTcpProxy(store.url)
  try {
    const { call, close } = await store.at(network.url).idem.open()
    try {
      const counted = async (key: string): Promise<number> => {
        const before = network.counts.roundTrips
        await call(key, async () => answer)
        return network.counts.roundTrips - before
      }
      // Connections are made, scripts loaded and statements prepared.
      for (let calls = 0; calls < CALLS; calls++) await counted(store.keys.next())
      const first: number[] = []
      const replay: number[] = []
      for (let calls = 0; calls < CALLS; calls++) {
        const key = store.keys.next()
        first.push(await counted(key))
        replay.push(await counted(key))
      }
      return { first: median(first), replay: median(replay) }
    } finally {
      await close()
    }
  } finally {
    await network.close()
  }
}
