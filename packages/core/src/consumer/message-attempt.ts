import { describeError } from '../codec/failure'
import { isStop } from '../engine/is-stop'
import type { AttemptContext } from '../options/options'
import type { DeadLetter } from './decision'
import { TransactionFailure } from './in-transaction'
import type { ConsumerSettings } from './options'
import type { Stop } from './stop'

/** What is thrown through a step that is not to be saved. */
const APPLIED = Symbol('applied')

/**
 * One delivery's attempt at its message, if it gets to make one.
 *
 * The record of a message stays one that may be tried again, for a dead letter may be replayed. That a message is dead is
 * therefore told by a step, which only comes to an end when it is: later attempts find it saved, and do nothing. One such
 * step for each replay makes those duplicates die alike that died together, and all replays of a key meet in one record.
 */
export class MessageAttempt<Message> {
  readonly #settings: ConsumerSettings<Message>
  readonly #message: Message
  readonly #replays: number
  readonly #stop: Stop
  #error: unknown
  /** The number of the attempt, counted from the message's replay. */
  #number = 1
  /** What it threw, once it has. */
  thrown: { readonly error: unknown } | undefined
  /** Whether the handler, or what finds out for it, was called. */
  hasBegun = false
  /** Whether what it threw is the store's, and nothing ran. */
  isRefused = false
  /** There if the message is dead, and its record says so. */
  letter: DeadLetter | undefined

  constructor(settings: ConsumerSettings<Message>, message: Message, replays: number, stop: Stop) {
    this.#settings = settings
    this.#message = message
    this.#replays = replays
    this.#stop = stop
  }

  get number(): number {
    return this.#number
  }

  /** What `Idem` runs. Resolves when the message is applied. */
  async run(ctx: AttemptContext): Promise<void> {
    try {
      this.letter = await this.#verdict(this.#stop.begin(ctx))
      throw this.#error ?? asError(this.letter)
    } catch (error) {
      if (error === APPLIED) return
      this.thrown = { error }
      throw error
    }
  }

  async #verdict(ctx: AttemptContext): Promise<DeadLetter> {
    let isNew = false
    try {
      return await ctx.step(`idem:dead letter ${this.#replays}`, () => {
        isNew = true
        return this.#apply(ctx)
      })
    } catch (error) {
      // It is dead, and why did not fit.
      if (isNew || (error as { code?: unknown }).code !== 'RESULT_UNAVAILABLE') throw error
      return { reason: 'attempts', failure: describeError(error), attempt: ctx.attempt }
    }
  }

  /** Throws, unless the message is dead: then it tells why. */
  async #apply(ctx: AttemptContext): Promise<DeadLetter> {
    const { attempt } = ctx
    const first =
      this.#replays === 0 ? 1 : await ctx.step(`idem:replay ${this.#replays}`, () => Promise.resolve(attempt))
    for (let uncounted = 0; ; uncounted++) {
      this.#number = attempt - first + 1 - uncounted
      let ended: End | undefined
      try {
        // Like that of a dead letter, this step only comes to an end when the attempt is not to be counted.
        await ctx.step(`idem:uncounted ${this.#replays} ${uncounted + 1}`, async () => {
          const end = await this.#work(ctx)
          ended = end
          if (end.isCounted) throw end.error
        })
      } catch (error) {
        // It did not begin. If it did, it came to what it came to, whether or not that could be saved.
        if (ended === undefined) throw error
      }
      const end = ended as End | undefined
      if (end?.letter) return end.letter
      if (end) throw end.error
    }
  }

  async #work(ctx: AttemptContext): Promise<End> {
    const { attempts, isRetryable, work } = this.#settings
    const { attempt, signal } = ctx
    if (this.#number > attempts) {
      const message = `the last of ${attempts} attempts ended without anybody knowing how`
      const failure = { name: 'AbandonedError', message, code: 'ABANDONED' }
      return { isCounted: true, letter: { reason: 'attempts', failure, attempt: attempt - 1 } }
    }
    this.hasBegun = true
    try {
      await work(this.#message, ctx)
      return { isCounted: true, error: APPLIED }
    } catch (thrown) {
      const error = thrown instanceof TransactionFailure ? thrown.error : thrown
      this.isRefused = thrown instanceof TransactionFailure && !thrown.hasRun
      if (this.isRefused) return { isCounted: false, error }
      if (this.#stop.isCauseOf(error)) return { isCounted: false, error }
      // Whoever stops because it is told to has not failed.
      if (signal.aborted && isStop(error, signal.reason)) return { isCounted: true, error }
      // What the store fails at is not for the message's policy to judge.
      const isFinal = error === thrown && !truthOf(() => isRetryable(error, this.#number))
      if (!isFinal && this.#number < attempts) return { isCounted: true, error }
      this.#error = error
      const reason = isFinal ? 'final' : 'attempts'
      return { isCounted: true, error, letter: { reason, failure: describeError(error), attempt } }
    }
  }
}

/** What an attempt came to. */
interface End {
  readonly isCounted: boolean
  /** What it threw, if anything. */
  readonly error?: unknown
  /** There if the message is dead. */
  readonly letter?: DeadLetter
}

/** A policy that throws has not said no. */
function truthOf(policy: () => boolean): boolean {
  try {
    return policy()
  } catch {
    return true
  }
}

const asError = ({ failure }: DeadLetter): Error => Object.assign(new Error(failure.message), failure)
