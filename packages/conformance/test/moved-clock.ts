/** A clock that stands still until it is moved. */
export function movedClock(start: number = Date.UTC(2030, 0, 1)) {
  let now = start
  const advance = (ms: number): void => {
    now += ms
  }
  return { clock: () => now, advance }
}
