import type { Ground } from '../command'
import { iso, rowAsJson } from '../records/as-json'
import { headLine, rowLine } from '../records/row'
import type { Tally } from '../records/tally'
import { changeLine, countsLine } from './lines'
import type { View } from './view'

/** A line for each change of the counts, and each takeover; first, what runs and what is abandoned. */
export function plainView({ terminal }: Ground): View {
  const { paint } = terminal
  const print = (text: string) => terminal.print(`${new Date().toISOString()}  ${text}`)
  let last: string | undefined
  return {
    show: async (tally) => {
      for (const change of tally.changes) await print(changeLine(change, paint))
      const counts = countsLine(tally, paint)
      if (counts !== last) await print(counts)
      if (last === undefined && tally.unsettled.length > 0) {
        await terminal.print(headLine(paint))
        for (const row of tally.unsettled) await terminal.print(rowLine(row, Date.now(), paint))
      }
      last = counts
    },
    silent: (reason) => print(reason),
    end: async () => {},
  }
}

/** An object for each look. */
export function jsonView({ terminal }: Ground): View {
  const print = (told: object) => terminal.print(JSON.stringify({ at: iso(Date.now()), ...told }))
  return {
    show: ({ counts, unsettled, changes, isCut }: Tally) =>
      print({
        counts,
        isCut,
        changes: changes.map(({ what, row }) => ({ what, ...rowAsJson(row) })),
        unsettled: unsettled.map(rowAsJson),
      }),
    silent: (error) => print({ error }),
    end: async () => {},
  }
}
