import { describeError } from '../codec/failure'
import type { AttemptContext } from '../options/options'
import type { DeadLetter } from './decision'
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
    const { attempts, isRetryable, work } = this.#settings
    const { attempt } = ctx
    const first =
      this.#replays === 0 ? 1 : await ctx.step(`idem:replay ${this.#replays}`, () => Promise.resolve(attempt))
    this.#number = attempt - first + 1
    if (this.#number > attempts) {
      const message = `the last of ${attempts} attempts ended without anybody knowing how`
      return {
        reason: 'attempts',
        failure: { name: 'AbandonedError', message, code: 'ABANDONED' },
        attempt: attempt - 1,
      }
    }
    this.hasBegun = true
    try {
      await work(this.#message, ctx)
    } catch (error) {
      const isFinal = !isStopped(ctx, error) && !truthOf(() => isRetryable(error, this.#number))
      if (!isFinal && (this.#number < attempts || isStopped(ctx, error))) throw error
      this.#error = error
      return { reason: isFinal ? 'final' : 'attempts', failure: describeError(error), attempt }
    }
    throw APPLIED
  }
}

/** Whoever stops because it is told to has not failed. */
function isStopped({ signal }: AttemptContext, error: unknown): boolean {
  return signal.aborted && (error === signal.reason || (error as { code?: unknown })?.code === 'LEASE_LOST')
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
