import type { Profiler } from 'node:inspector'
import type { SourceMap } from 'node:module'
import { renderTable } from '../figures/table'
import type { Trial } from '../program'
import type { Contestant } from '../race/contestant'
import { turn } from '../race/turn'
import { callTree, selfTimes } from './call-tree'
import { flameGraph } from './flame-graph'

export interface ProfileOptions {
  readonly name: string
  readonly title: string
  readonly contestant: Contestant
  readonly callsPerLook?: number
  /** Starts a profile of the process that is of interest; what its `stop` returns is of the time between. */
  readonly start: () => Promise<{ stop(): Promise<Profiler.Profile> }>
  /** Of the bundle that the process runs, if it runs one. */
  readonly map?: () => Promise<SourceMap>
}

const IN_FLIGHT = 64
/** Until everything that is called often is compiled. */
const WARM_UP_MS = 1500
const SHOWN_FUNCTIONS = 12

/** Where the time of an operation goes: a table of the parts and functions that take it, and a flame graph. */
export function profile({ name, title, contestant, callsPerLook = 1, start, map }: ProfileOptions): Trial {
  return {
    name,
    title,
    async run({ rounds, turnMs, signal, progress }) {
      const { operation, teardown } = await contestant.setup()
      try {
        const length = { inFlight: IN_FLIGHT, callsPerLook }
        progress('warming up', contestant.name)
        await turn(operation, { ...length, turnMs: Math.min(WARM_UP_MS, turnMs * rounds) })
        signal.throwIfAborted()
        progress('profiling', contestant.name)
        let done = 0
        const counted = () => operation().then(() => done++)
        const started = await start()
        await turn(counted, { ...length, turnMs: turnMs * rounds })
        const tree = callTree(await started.stop(), await map?.())
        const rows = (times: [string, number][]) =>
          times.map(([what, us]) => [
            what,
            `${((us / tree.totalUs) * 100).toFixed(1)} %`,
            (us / done).toFixed(2),
          ])
        const parts = rows(selfTimes(tree, ({ part }) => part)).filter(([, , us]) => Number(us) > 0)
        const functions = rows(
          selfTimes(tree, ({ name, part }) => `${part}: \`${name}\``).slice(0, SHOWN_FUNCTIONS),
        )
        const text = [
          renderTable({ heading: ['part', 'of the time', 'µs an operation'], rows: parts }),
          renderTable({ heading: ['function', 'of the time, itself', 'µs an operation'], rows: functions }),
        ].join('\n\n')
        return {
          text,
          figures: { operations: done, totalUs: tree.totalUs, parts, functions },
          plot: { name: `profile-${name}`, svg: flameGraph(`${title}: ${contestant.name}`, tree) },
        }
      } finally {
        await teardown()
      }
    },
  }
}
