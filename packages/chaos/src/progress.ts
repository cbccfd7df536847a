import type { RoundsProgress } from './run-rounds'

const BAR = 20

/** Where the rounds have got to, in one line of at most so many columns. */
export function progressLine(
  { share, round, total, elapsedMs, phase, faults }: RoundsProgress,
  columns = 120,
): string {
  const full = Math.round(share * BAR)
  const bar = `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${Math.round(share * 100)} %`
  const inflicted = [total?.faults ?? {}, faults].flatMap((counts) => Object.values(counts) as number[])
  const told = [
    `round ${round}`,
    `${total?.histories ?? 0} histories`,
    `${inflicted.reduce((sum, count) => sum + count, 0)} faults`,
    `${total?.violations.length ?? 0} violations`,
    `${phase} ${Math.round(elapsedMs / 1000)} s`,
  ]
  return `${bar}  ${told.join(', ')}`.slice(0, columns)
}

/** A line that is written over, where there is somebody to see it. */
export function progressOn(stream: NodeJS.WriteStream): {
  tell(progress: RoundsProgress): void
  clear(): void
} {
  if (!stream.isTTY) return { tell() {}, clear() {} }
  return {
    tell: (progress) => void stream.write(`\r\x1b[K${progressLine(progress, stream.columns - 1)}`),
    clear: () => void stream.write('\r\x1b[K'),
  }
}
