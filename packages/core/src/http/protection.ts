import type { AttemptContext, Reconcile, RunOptions } from '../options/options'
import type { Exchange } from './exchange'
import { FailedAnswer } from './failed-answer'
import { type Operation, operationOf } from './operation'
import { type HttpOptions, type HttpSettings, resolveHttpOptions } from './options'
import { problemOfError } from './problem/problem-of-error'
import { problemOn } from './problem/problems'
import type { Answer, CapturedAnswer } from './response/answer'
import { asStoredAnswer, replayOf, type StoredAnswer, storedAnswer } from './response/stored-answer'
import { WebReply } from './response/web-reply'
import { UnprotectedContext } from './unprotected-context'

/**
 * Runs the handler in this request. Resolves when all of its answer has passed, with that; where the request is not
 * protected, with anything.
 */
export type HttpAttempt = (ctx: AttemptContext, isProtected: boolean) => Promise<CapturedAnswer | undefined>

/** Everything about protected requests that does not depend on a framework. */
export class Protection<Source> {
  readonly settings: HttpSettings<Source>
  /** What is the same for all requests. */
  readonly #options: RunOptions

  /** @throws TypeError that names the option that is wrong or unknown, and what it takes */
  constructor(options: HttpOptions<Source>) {
    this.settings = resolveHttpOptions(options)
    const { route, name, maxBodyBytes, onAbandoned } = this.settings
    this.#options = {
      ...route,
      name,
      onInProgress: 'reject',
      // Whether a body is kept is for `maxBodyBytes` to say: as JSON it has at most twice as many.
      maxResultBytes: 2 * maxBodyBytes + 65_536,
      // What fails is answered with a 5xx, thrown or not.
      isRetryable: () => true,
      onAbandoned: typeof onAbandoned === 'function' ? undefined : onAbandoned,
    }
  }

  /**
   * Takes a request to its answer. Resolves when the record is settled, or never will be: with what is to be sent; or with
   * `undefined` if that is what this request's own handler answered, whose end may now be sent.
   *
   * @throws what the handler throws, and what the functions among the options throw; `InvalidKeyError` if `scope` gives none
   */
  async handle(exchange: Exchange<Source>, attempt: HttpAttempt): Promise<Answer | undefined> {
    const operation = await operationOf(exchange, this.settings)
    if (operation === 'unprotected') {
      await attempt(new UnprotectedContext(), false)
      return undefined
    }
    if ('status' in operation) return operation
    const whole: HttpAttempt = async (ctx, isProtected) => {
      const answer = await attempt(ctx, isProtected)
      // What is said of a request that was cut off is not said of its repetition.
      if (exchange.wasCutOff && answer !== undefined && answer.status >= 400)
        throw new Error('the request was cut off')
      return answer
    }
    const answer = await this.#run(operation, whole)
    if (answer === undefined || operation.waitMs === 0) return answer
    const applied = ['preference-applied', `wait=${Math.ceil(operation.waitMs / 1000)}`] as const
    const { status, headers, body, text } = answer
    return { status, headers: [...headers, applied], body, text }
  }

  /** Runs the attempt, or finds the answer that another request's had. */
  async #run(operation: Operation, attempt: HttpAttempt): Promise<Answer | undefined> {
    const { idem, keeps } = this.settings
    /** What this request's own attempt threw, if it ended. */
    let own: { readonly error?: unknown } | undefined
    try {
      const { value, replayed } = await idem.execute(
        operation.key,
        async (ctx) => {
          try {
            const answer = this.#stored(await attempt(ctx, true), operation)
            if (!keeps(answer.status)) throw new FailedAnswer(answer)
            own = {}
            return answer
          } catch (error) {
            own = { error }
            throw error
          }
        },
        this.#runOptions(operation),
      )
      if (own !== undefined && !replayed) return undefined
      return await this.#replay(value, operation)
    } catch (error) {
      if (own !== undefined && 'error' in own && own.error === error) {
        if (error instanceof FailedAnswer) return undefined
        // The handler's own error, which may be one of idem's too.
        throw error
      }
      // It ran, and that could not be recorded: anything but the truth would invite the client to do it again.
      if (own !== undefined && codeOf(error) === 'UNSETTLED') return undefined
      return this.#answerOf(error, operation)
    }
  }

  /** What a client is told that asks for the answer of another request, and cannot have it as it was. */
  async #answerOf(error: unknown, operation: Operation): Promise<Answer> {
    const { value, failure, details } = Object(error) as {
      readonly value?: unknown
      readonly failure?: { readonly details?: unknown }
      readonly details?: unknown
    }
    const told = codeOf(error) === 'UNSETTLED' ? value : (failure?.details ?? details)
    if (asStoredAnswer(told) !== undefined) return this.#replay(told, operation)
    const name = problemOfError(error)
    if (name === undefined) throw error
    return problemOn(this.settings, name)
  }

  async #replay(value: unknown, { rest }: Operation): Promise<Answer> {
    const stored = asStoredAnswer(value)
    if (stored === undefined) throw new TypeError('the record of this key holds no answer to a request')
    const isOther = rest && stored.read && !(await rest.beginsLike(stored.read))
    if (isOther) return problemOn(this.settings, 'key-reused')
    return replayOf(stored) ?? problemOn(this.settings, 'answer-omitted', `Its status was ${stored.status}.`)
  }

  #stored(answer: CapturedAnswer | undefined, { rest }: Operation): StoredAnswer {
    if (answer === undefined) throw new TypeError('a protected attempt must give its answer')
    return storedAnswer(answer, this.settings.keepsHeader, rest?.part())
  }

  #runOptions(operation: Operation): RunOptions {
    const { maxBodyBytes, onAbandoned } = this.settings
    const { scope, payload, waitMs } = operation
    let options: RunOptions = {
      ...this.#options,
      scope,
      fingerprint: payload,
    }
    if (typeof onAbandoned === 'function') {
      const reconcile: Reconcile = async (ctx) => {
        const found = await onAbandoned(ctx)
        if (found === 'rerun') return found
        const reply = new WebReply(found.value, maxBodyBytes)
        reply.leave()
        return { value: this.#stored(await reply.captured(), operation) }
      }
      options = { ...options, onAbandoned: reconcile }
    }
    return waitMs > 0 ? { ...options, onInProgress: 'wait', waitTimeout: waitMs } : options
  }
}

const codeOf = (error: unknown): unknown => (Object(error) as { readonly code?: unknown }).code
