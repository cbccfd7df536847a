/**
 * Runs with this process's clocks (`Date` and `performance`) moved by `shiftMs`. What a store decides on its own clock
 * does not notice.
 */
export async function withShiftedClock<T>(shiftMs: number, run: () => Promise<T>): Promise<T> {
  const RealDate = globalThis.Date
  const realNow = performance.now
  class ShiftedDate extends RealDate {
    constructor(...args: readonly unknown[]) {
      // A copy of whatever `Date` takes; without arguments it is the moment, moved.
      super(...((args.length === 0 ? [RealDate.now() + shiftMs] : args) as [number]))
    }
    static override now(): number {
      return RealDate.now() + shiftMs
    }
  }
  globalThis.Date = ShiftedDate as DateConstructor
  performance.now = () => realNow.call(performance) + shiftMs
  try {
    return await run()
  } finally {
    globalThis.Date = RealDate
    performance.now = realNow
  }
}
