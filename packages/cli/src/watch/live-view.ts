import type { Ground } from '../command'
import { headLine, rowLine } from '../records/row'
import type { Tally } from '../records/tally'
import { printable } from '../terminal/printable'
import { clockTime } from '../terminal/times'
import { changeLine, countsLine } from './lines'
import type { View } from './view'

/** The other screen, without a cursor, on which long lines are cut; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
/** To the upper left, everything gone. */
const CLEAR = '\u001b[H\u001b[2J'

/** How many changes are kept in sight. */
const CHANGES = 8

/** A table that stays in place; at the end, what it showed last stays behind. */
export function liveView({ terminal, title }: Ground): View {
  const { paint } = terminal
  const changes: string[] = []
  let last: readonly string[] = []
  terminal.draw(ENTER)

  const draw = (lines: readonly string[]) => terminal.draw(`${CLEAR}${lines.join('\r\n')}`)
  const frame = (tally: Tally): string[] => {
    const room = Math.max(1, terminal.rows - changes.length - 7)
    const rows = tally.unsettled.slice(0, room)
    const left = tally.unsettled.length - rows.length
    return [
      `${paint('bold', printable(title))}  ${clockTime(new Date())}`,
      '',
      countsLine(tally, paint),
      '',
      headLine(paint),
      ...rows.map((row) => rowLine(row, Date.now(), paint)),
      ...(left > 0 ? [paint('dim', `and ${left} more`)] : []),
      ...(rows.length === 0 ? [paint('dim', 'nothing runs, nothing is abandoned')] : []),
      ...(changes.length > 0 ? ['', ...changes] : []),
    ]
  }
  return {
    show: async (tally) => {
      for (const change of tally.changes) {
        changes.push(`${clockTime(new Date())}  ${changeLine(change, paint)}`)
      }
      changes.splice(0, changes.length - CHANGES)
      last = frame(tally)
      draw(last)
    },
    silent: async (reason) => draw([...last, '', paint('red', reason)]),
    end: async () => {
      terminal.draw(LEAVE)
      for (const line of last) await terminal.print(line)
    },
  }
}
