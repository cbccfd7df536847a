import { requests } from '../http/requests'
import { openServers } from '../http/servers'
import { openPostgres } from '../postgres/server'
import { startProfile } from '../profile/cpu-profile'
import { type ProfileOptions, profile as trial } from '../profile/profile'
import type { Program } from '../program'
import { openRedis } from '../redis/server'
import { firstExecution } from '../work/first-execution'
import { keySource } from '../work/key-source'
import { replay } from '../work/replay'
import { inProcessLibraries } from './in-process'
import { libraries as postgresLibraries } from './postgres'
import { libraries as redisLibraries } from './redis'

/** Where the time goes in what is slower than it is meant to be, with 64 operations under way. */
export const profile: Program = {
  name: 'profile',
  title: 'Profile',
  async open() {
    const redis = await openRedis()
    const postgres = await openPostgres()
    const servers = await openServers(redis.url)
    const here = (options: Omit<ProfileOptions, 'start'>) => trial({ ...options, start: startProfile })
    const there = (app: 'hono-idem' | 'express-idem', kind: 'first' | 'replay', title: string) =>
      trial({
        name: `${app.split('-')[0]}-${kind}`,
        title,
        contestant: requests(servers, app, redis.keys, kind),
        start: async () => (await servers.of(app)).startProfile(),
        map: servers.map,
      })
    const onRedis = redisLibraries(redis).idemFingerprinted
    const onPostgres = postgresLibraries(postgres)
    return {
      server: `${redis.description}, ${postgres.description}`,
      trials: [
        here({
          name: 'in-process-first',
          title: 'First execution in one process',
          contestant: firstExecution(inProcessLibraries.idemFingerprinted, keySource()),
          callsPerLook: 100,
        }),
        here({
          name: 'redis-first',
          title: 'First execution on Redis',
          contestant: firstExecution(onRedis, redis.keys),
        }),
        here({ name: 'redis-replay', title: 'Replay on Redis', contestant: replay(onRedis, redis.keys) }),
        here({
          name: 'postgres-replay',
          title: 'Replay on PostgreSQL',
          contestant: replay(onPostgres.idemFingerprinted, postgres.keys),
        }),
        here({
          name: 'postgres-transaction',
          title: 'Transaction on PostgreSQL',
          contestant: firstExecution(onPostgres.payment, postgres.keys),
        }),
        there('hono-idem', 'first', 'First request on Hono'),
        there('hono-idem', 'replay', 'Replay on Hono'),
        there('express-idem', 'first', 'First request on Express'),
        there('express-idem', 'replay', 'Replay on Express'),
      ],
      async close() {
        await servers.close()
        await Promise.all([redis.close(), postgres.close()])
      },
    }
  },
}
