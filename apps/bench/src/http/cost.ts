import { amount, ratio } from '../figures/number-text'
import { ratios, spread } from '../figures/statistics'
import { renderTable } from '../figures/table'
import type { Report, Trial } from '../program'
import { isWanted, rotated, roundText } from '../race/rounds'
import { turn } from '../race/turn'
import type { KeySource } from '../work/key-source'
import { APPS, type AppName } from './order'
import { CONNECTIONS, requests } from './requests'
import type { Servers } from './servers'

export interface CostOptions {
  readonly name: string
  readonly title: string
  readonly servers: Servers
  readonly keys: KeySource
  /** The first of them is what the others are measured against. */
  readonly apps: readonly AppName[]
  readonly afterTurn: () => Promise<void>
}

const KINDS = ['first', 'replay'] as const

/**
 * How much time of a processor the server's process uses for a request. Unlike requests a second, it hardly depends on what
 * else the machine does, nor on how fast the client is; what Redis uses is not in it.
 */
export function cost({ name, title, servers, keys, apps, afterTurn }: CostOptions): Trial {
  return {
    name,
    title,
    async run({ rounds, turnMs, signal, progress, ...settings }): Promise<Report> {
      const [floor, ...others] = apps
      const chosen = apps.filter((app) => app === floor || isWanted(APPS[app], { only: settings.only }))
      if (floor === undefined || others.length === 0) throw new RangeError('nothing to compare')
      const lanes = chosen.flatMap((app) => KINDS.map((kind) => ({ app, kind, micros: [] as number[] })))
      // Round 0 warms up, and does not count.
      for (let round = 0; round <= rounds; round++) {
        for (const { app, kind, micros } of rotated(lanes, round)) {
          signal.throwIfAborted()
          progress(roundText(round, rounds), `${kind}, ${APPS[app]}`)
          const { operation, teardown } = await requests(servers, app, keys, kind).setup()
          try {
            const server = await servers.of(app)
            const before = await server.cpuMicros()
            let done = 0
            const counted = () => operation().then(() => done++)
            await turn(counted, { inFlight: CONNECTIONS, turnMs, callsPerLook: 1 })
            if (round > 0) micros.push(((await server.cpuMicros()) - before) / done)
          } finally {
            await teardown()
            await afterTurn()
          }
        }
      }
      const of = (app: AppName, kind: string) =>
        lanes.find((lane) => lane.app === app && lane.kind === kind)?.micros ?? []
      const rows = chosen.map((app) => [
        APPS[app],
        ...KINDS.flatMap((kind) => [
          amount(spread(of(app, kind)).median),
          ratio(spread(ratios(of(app, kind), of(floor, kind))).median),
        ]),
      ])
      const heading = ['µs of a processor', 'first', '× the handler', 'replay', '× the handler']
      return { text: renderTable({ heading, rows }), figures: lanes }
    },
  }
}
