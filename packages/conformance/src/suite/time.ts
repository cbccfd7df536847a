/** So short that it is over after {@link pass}, and only ever used for what is to be over. */
export const BRIEF = 30

/** So long that it does not end while a case runs, however busy the machine. */
export const LONG = 600_000

/** How a case lets time go by on the store's clock. */
export interface Time {
  /** Moves the clock by so many milliseconds, or waits for them. */
  advance(ms: number): Promise<void>
  /** Whether `advance` moves the clock, and so costs nothing. */
  readonly movable: boolean
}

/** What there is if a store cannot be told the time: waiting. */
const realTime: Time = {
  advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  movable: false,
}

export function timeOf(advance: ((ms: number) => Promise<void> | void) | undefined): Time {
  if (advance === undefined) return realTime
  return { advance: async (ms) => advance(ms), movable: true }
}

/** Lets everything that was to last {@link BRIEF} come to its end. */
export const pass = (time: Time): Promise<void> => time.advance(2 * BRIEF)
