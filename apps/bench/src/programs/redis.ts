import { duplicates } from '../duplicates/duplicates'
import { nodeIdempotency } from '../peers/node-idempotency'
import { powertools } from '../peers/powertools'
import type { OpenProgram, Program } from '../program'
import { race } from '../race/race'
import { memory } from '../redis/memory'
import { naiveLoop } from '../redis/naive-loop'
import { openRedisStore } from '../redis/open-redis-store'
import { rawReads, rawWrites } from '../redis/raw'
import { openRedis, type RedisServer } from '../redis/server'
import { bareCall } from '../work/bare-call'
import { firstExecution } from '../work/first-execution'
import { type IdemOptions, idem } from '../work/idem'
import type { Library } from '../work/library'
import { replay } from '../work/replay'
import { storeAlone } from '../work/store-alone'

export const redis: Program = {
  name: 'redis',
  title: 'Redis',
  async open() {
    const server = await openRedis()
    return { server: server.description, trials: trials(server), close: server.close }
  },
}

/** Everything that runs a function once per key, on this server. */
export function libraries({ url, keys }: Pick<RedisServer, 'url' | 'keys'>) {
  const openStore = () => openRedisStore(url)
  const whole = (name: string, options: Partial<IdemOptions> = {}) => idem({ name, openStore, ...options })
  const cache = { max: 4096, maxAge: '1h' } as const
  return {
    naive: naiveLoop(url),
    store: storeAlone('RedisStore alone', openStore),
    idem: whole('idem'),
    idemFingerprinted: whole('idem, with a fingerprint', { fingerprint: true }),
    idemCached: whole('idem, local cache', { cache }),
    idemCachedFingerprinted: whole('idem, local cache, with a fingerprint', { cache, fingerprint: true }),
    idemSpread: whole('idem, as four processes', { instances: 4 }),
    nodeIdempotency: nodeIdempotency(url),
    nodeIdempotencyWaiting: nodeIdempotency(url, { wait: true }),
    powertools: powertools(url, { keyPrefix: keys.mark }),
    powertoolsCached: powertools(url, { keyPrefix: keys.mark, localCache: true }),
    powertoolsWithoutContext: powertools(url, { keyPrefix: keys.mark, lambdaContext: false }),
  } satisfies Record<string, Library>
}

function trials(server: RedisServer): OpenProgram['trials'] {
  const { url, keys, client, tidy } = server
  const all = libraries(server)
  const stored = [all.naive, all.store, all.idem, all.idemFingerprinted, all.nodeIdempotency, all.powertools]
  return [
    race({
      name: 'first',
      title: 'First execution',
      floor: firstExecution(rawWrites(url), keys),
      others: stored.map((library) => firstExecution(library, keys)),
      shownAs: 'rate',
      afterTurn: tidy,
    }),
    race({
      name: 'replay',
      title: 'Replay',
      floor: rawReads(url, keys),
      others: stored.map((library) => replay(library, keys)),
      shownAs: 'rate',
    }),
    race({
      name: 'cached',
      title: 'Replay from a local cache',
      floor: bareCall,
      others: [all.idemCached, all.idemCachedFingerprinted, all.powertoolsCached].map((library) =>
        replay(library, keys),
      ),
      shownAs: 'time',
      callsPerLook: 100,
    }),
    duplicates({
      name: 'duplicates',
      title: '100 concurrent duplicates of each of 50 keys',
      libraries: [
        all.idem,
        all.idemSpread,
        all.naive,
        all.nodeIdempotency,
        all.nodeIdempotencyWaiting,
        all.powertools,
        all.powertoolsWithoutContext,
      ],
      keys,
      crowd: { keys: 50, callers: 100, workMs: 20 },
      afterTurn: tidy,
    }),
    memory({
      name: 'memory',
      title: 'Memory per finished record',
      client,
      libraries: [rawWrites(url), ...stored],
      keys,
    }),
  ]
}
