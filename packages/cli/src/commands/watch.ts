import { setTimeout as sleep } from 'node:timers/promises'
import type { Command, Ground } from '../command'
import { beginningOf, NAMESPACE_OPTION } from '../records/beginning'
import { Tallies } from '../records/tally'
import { liveView } from '../watch/live-view'
import { jsonView, plainView } from '../watch/plain-view'
import type { View } from '../watch/view'

export const watch: Command = {
  usage: 'watch [beginning]',
  summary: 'counts by state, what runs and what is abandoned, takeovers as they happen',
  about:
    'Looks again and again, at 10,000 records at most: give a beginning of stored keys where there are more. On a terminal, a\n' +
    'table that stays in place; elsewhere a line for each change. Goes on when the store does not answer for a while. Reads only.',
  options: {
    ...NAMESPACE_OPTION,
    interval: { value: 'time', short: 'i', help: 'between two looks, such as 500ms; else 2s' },
    json: { help: 'a JSON object for each look' },
  },
  examples: [
    ['watch', ''],
    ['watch shop: --interval 500ms', ''],
  ],
  plan(typed) {
    typed.noMoreThan(1)
    const beginning = beginningOf(typed)
    const intervalMs = typed.duration('interval', 100) ?? 2_000
    const json = typed.flag('json')
    return async (ground) => {
      const view = json ? jsonView(ground) : ground.terminal.isLive ? liveView(ground) : plainView(ground)
      try {
        await look(ground, new Tallies(ground.store, beginning), view, intervalMs)
      } finally {
        await view.end()
      }
    }
  },
}

async function look(
  { signal, reasonOf }: Ground,
  tallies: Tallies,
  view: View,
  intervalMs: number,
): Promise<void> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      const tally = await tallies.next(signal)
      if (tally) await view.show(tally)
    } catch (error) {
      // What never worked is wrong; what has worked may do so again.
      if (isFirst) throw error
      await view.silent(reasonOf(error))
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => {})
  }
}
