import { cost } from '../http/cost'
import type { AppName } from '../http/order'
import { CONNECTIONS, requests } from '../http/requests'
import { openServers, type Servers } from '../http/servers'
import type { OpenProgram, Program, Trial } from '../program'
import { race } from '../race/race'
import { openRedis, type RedisServer } from '../redis/server'

export const http: Program = {
  name: 'http',
  title: 'HTTP',
  async open() {
    const server = await openRedis()
    try {
      const servers = await openServers(server.url)
      return {
        server: server.description,
        trials: trials(server, servers),
        async close() {
          await servers.close()
          await server.close()
        },
      }
    } catch (error) {
      await server.close()
      throw error
    }
  },
}

const FRAMEWORKS = [
  {
    name: 'hono',
    title: 'Hono',
    apps: ['hono-bare', 'hono-raw', 'hono-idem', 'hono-node-idempotency'],
  },
  {
    name: 'express',
    title: 'Express',
    apps: ['express-bare', 'express-raw', 'express-idem', 'express-node-idempotency', 'express-idempotency'],
  },
] as const satisfies readonly { name: string; title: string; apps: readonly AppName[] }[]

const KINDS = { first: 'first requests', replay: 'replays' } as const

function trials({ keys, tidy }: RedisServer, servers: Servers): OpenProgram['trials'] {
  return FRAMEWORKS.flatMap(({ name, title, apps }) => [
    ...(['first', 'replay'] as const).map((kind) => {
      const [floor, ...others] = apps.map((app) => requests(servers, app, keys, kind))
      if (floor === undefined) throw new RangeError('a race needs a floor')
      const afterTurn = kind === 'first' ? tidy : undefined
      return withinConnections(
        race({
          name: `${name}-${kind}`,
          title: `${title}, ${KINDS[kind]}`,
          floor,
          others,
          shownAs: 'rate',
          afterTurn,
        }),
      )
    }),
    cost({
      name: `${name}-cost`,
      title: `${title}, what the server's process does for a request`,
      servers,
      keys,
      apps,
      afterTurn: tidy,
    }),
  ])
}

/** More requests than connections would only wait in the client. */
function withinConnections(trial: Trial): Trial {
  return {
    ...trial,
    run: (settings) =>
      trial.run({ ...settings, inFlight: settings.inFlight.filter((count) => count <= CONNECTIONS) }),
  }
}
