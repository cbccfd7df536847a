import type { RecordState } from '@idem/core'
import type { Change, Tally } from '../records/tally'
import { printable } from '../terminal/printable'
import { LOOK_OF_STATE, type Paint } from '../terminal/style'

export function countsLine({ counts, isCut }: Tally, paint: Paint): string {
  const told = (Object.entries(counts) as [RecordState, number][]).map(([state, count]) =>
    count === 0 ? `${state} 0` : paint(LOOK_OF_STATE[state], `${state} ${count}`),
  )
  return told.join('  ') + (isCut ? '  OF THE FIRST 10000 ONLY' : '')
}

const SAID: Readonly<Record<Change['what'], string>> = {
  takeover: 'takeover',
  abandoned: 'abandoned',
  settled: 'was abandoned, and is settled',
  gone: 'was abandoned, and is gone',
}

export function changeLine({ what, row }: Change, paint: Paint): string {
  const look = what === 'abandoned' ? 'red' : 'yellow'
  return `${paint(look, SAID[what])}  attempt ${row.attempt}  ${printable(row.key)}`
}
