import type { AttemptContext, Idem, Mutex } from '@idem/core'
import type { Random } from '@idem/harness'
import { type Answer, answerFor, isAnswerFor } from '../answer'
import { Fault, must } from '../faults'
import type { Ledger } from '../stores/opened-stores'
import type { RecentAnswers } from './recent-answers'

/** What all scenes of a load have to play with. */
export interface Cast {
  readonly idem: Idem
  /** Of another process, with connections of its own, and a local cache. */
  readonly other: Idem
  /** Of a process that dies when it has claimed. */
  readonly forgetful: Idem
  readonly mutexes: readonly [Mutex, Mutex]
  readonly ledger: Ledger | undefined
  readonly recent: RecentAnswers
  /** Who is where, by the name of a lock, and the last fence that was seen there. */
  readonly places: Map<string, { inside: number; fence: number }>
  readonly leaseMs: number
  /** Is told how long a first run took that nothing stood in the way of. */
  readonly took: (ms: number) => void
}

/** A key that nobody has used, the only right answer for it, and an account of its handler's runs. */
export class Scene {
  readonly key: string
  readonly bytes: number
  readonly random: Random
  #runs = 0

  constructor(key: string, bytes: number, random: Random) {
    this.key = key
    this.bytes = bytes
    this.random = random
  }

  get runs(): number {
    return this.#runs
  }

  get answer(): Answer {
    return answerFor(this.key, this.bytes)
  }

  /** A handler that takes some time, or none, and gives the answer. */
  handler(workMs = 0): (ctx: AttemptContext) => Promise<Answer> {
    return async () => {
      this.ran()
      if (workMs > 0) await later(workMs)
      return this.answer
    }
  }

  /** A handler that nobody must call. */
  readonly never = (): never => {
    throw new Fault('the handler ran, though there was an answer')
  }

  ran(): void {
    this.#runs++
  }

  /** @throws Fault unless what was given is the key's answer */
  mustBeAnswer(given: unknown): void {
    must(isAnswerFor(this.key, this.bytes, given), () => 'the value is not that of the key')
  }

  /** @throws Fault unless the handler ran so often */
  mustHaveRun(times: number): void {
    must(this.#runs === times, () => `the handler ran ${this.#runs} times instead of ${times}`)
  }
}

/** Plays a scene to its end. @throws Fault if anything does not go as it must */
export type Act = (scene: Scene, cast: Cast) => Promise<void>

export function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** What a call was refused with. @throws Fault if it was not */
export async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await call
  } catch (error) {
    return error
  }
  throw new Fault(`it was given ${typeof value}, and not refused`)
}

/** @throws what the call was refused with, if that is another error, or a Fault if it was not refused */
export async function mustBeRefused(call: Promise<unknown>, code: string): Promise<void> {
  const error = await refusalOf(call)
  if ((error as { code?: unknown } | undefined)?.code !== code) throw error
}
