import type { WriteStream } from 'node:tty'
import type { StormProgress } from './storm-report'

const WIDTH = 24

/** Shows how far a storm is: a bar that moves on a terminal, and elsewhere a line for each row that is done. */
export function progressLine(out: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>) {
  return {
    show({ way, store, done, of, row, rows, result }: StormProgress): void {
      const what = `${row}/${rows} ${store}: ${way}`
      if (!out.isTTY) {
        if (result) out.write(`${what}, ${result.ms} ms\n`)
        return
      }
      const filled = Math.round((WIDTH * (row - 1 + done / of)) / rows)
      const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
      out.write(`${CLEAR}${`${bar} ${what} ${done}/${of}`.slice(0, (out.columns || 80) - 1)}`)
    },
    /** Leaves no half of a line behind. */
    clear(): void {
      if (out.isTTY) out.write(CLEAR)
    },
  }
}

/** To the beginning of the line, which is emptied. */
const CLEAR = '\r\u001b[2K'
