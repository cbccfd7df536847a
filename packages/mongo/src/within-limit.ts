import type { Place } from './options'
import { atMost } from './patience'

/** How long a command and its answer may be on their way, beyond what the server may take for it. */
const ON_THE_WAY_MS = 4000

/** What a command of the driver takes among its options. */
export interface Limited {
  readonly signal: AbortSignal
}

/** Nobody knows what became of the command: it was given up before it was answered. */
export class Unanswered extends Error {}

/** How long a command may take in all: longer than the server needs, so that an answer is not given up that comes. */
export const limitMs = (place: Place): number => atMost(place).maxTimeMS + ON_THE_WAY_MS

/**
 * What `run` gives. A driver may wait for ever: for an answer on a connection that nothing comes from, or to send on one
 * that was cut at that moment. So it is given up when its time is over, and the driver is told to close that connection.
 *
 * @throws Unanswered
 */
export async function withinLimit<Result>(
  place: Place,
  run: (limited: Limited) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const unanswered = new Unanswered(`no answer within ${limitMs(place)} ms`)
      limit.abort(unanswered)
      // Not every driver heeds the signal.
      reject(unanswered)
    }, limitMs(place)).unref()
  })
  try {
    return await Promise.race([run({ signal: limit.signal }), late])
  } finally {
    clearTimeout(timer)
  }
}
