import { MemoryStore } from '@idem/core'
import { nodeIdempotencyInMemory } from '../peers/node-idempotency'
import type { Program } from '../program'
import { race } from '../race/race'
import { bareCall } from '../work/bare-call'
import { firstExecution } from '../work/first-execution'
import { idem } from '../work/idem'
import { keySource } from '../work/key-source'
import type { Library } from '../work/library'
import { replay } from '../work/replay'

/** Few enough that what keeps them is not what is measured. */
const openStore = async () => ({ store: new MemoryStore({ max: 10_000 }), close: async () => {} })
const cache = { max: 4096, maxAge: '1h' } as const

export const inProcessLibraries = {
  idem: idem({ name: 'idem, MemoryStore', openStore }),
  idemFingerprinted: idem({ name: 'idem, MemoryStore, with a fingerprint', openStore, fingerprint: true }),
  idemCached: idem({ name: 'idem, local cache', openStore, cache }),
  idemCachedFingerprinted: idem({
    name: 'idem, local cache, with a fingerprint',
    openStore,
    cache,
    fingerprint: true,
  }),
  nodeIdempotency: nodeIdempotencyInMemory(),
} satisfies Record<string, Library>

export const inProcess: Program = {
  name: 'in-process',
  title: 'In one process',
  async open() {
    const keys = keySource()
    const { idem, idemFingerprinted, idemCached, idemCachedFingerprinted, nodeIdempotency } =
      inProcessLibraries
    const shared = { floor: bareCall, shownAs: 'time', callsPerLook: 100 } as const
    return {
      trials: [
        race({
          ...shared,
          name: 'first',
          title: 'First execution',
          others: [idem, idemFingerprinted, nodeIdempotency].map((library) => firstExecution(library, keys)),
        }),
        race({
          ...shared,
          name: 'replay',
          title: 'Replay',
          others: [idem, idemFingerprinted, idemCached, idemCachedFingerprinted, nodeIdempotency].map(
            (library) => replay(library, keys),
          ),
        }),
      ],
      close: async () => {},
    }
  },
}
