import { setTimeout as sleep } from 'node:timers/promises'
import { ANSWER } from '../work/answer'
import type { KeySource } from '../work/key-source'
import type { OpenLibrary } from '../work/library'

/** What became of all calls. */
export interface Tally {
  /** How often the handler ran, for all keys. */
  readonly runs: number
  /** Callers that got what the first run of their key answered. */
  readonly same: number
  /** Callers that got something else. */
  readonly different: number
  /** Callers that got an error. */
  readonly refused: number
  /** Until the last of them was answered. */
  readonly ms: number
}

export interface Crowd {
  readonly keys: number
  /** At once, for each key. */
  readonly callers: number
  /** How long the handler takes. */
  readonly workMs: number
}

/** Calls every key from many callers at once, with a handler whose every run has another answer, and counts. */
export async function tally(
  library: OpenLibrary,
  nextKey: KeySource['next'],
  { keys, callers, workMs }: Crowd,
): Promise<Tally> {
  let runs = 0
  let same = 0
  let different = 0
  let refused = 0

  async function callKey(key: string): Promise<void> {
    let runsOfKey = 0
    const handler = async () => {
      runs++
      const run = ++runsOfKey
      await sleep(workMs)
      return { ...ANSWER, run }
    }
    await Promise.all(
      Array.from({ length: callers }, async () => {
        try {
          const answer = (await library.call(key, handler)) as { run?: unknown } | undefined
          if (answer?.run === 1) same++
          else different++
        } catch {
          refused++
        }
      }),
    )
  }

  const startedAt = performance.now()
  await Promise.all(Array.from({ length: keys }, () => callKey(nextKey())))
  return { runs, same, different, refused, ms: performance.now() - startedAt }
}
