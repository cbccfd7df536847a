import { describeError } from '../codec/failure'
import { plainText } from '../codec/to-plain'
import type { Idem } from '../idem'
import type { Key } from '../options/key'
import type { AttemptContext, RunOptions } from '../options/options'
import type { DeadLetter, Decision, Retry } from './decision'
import { MessageAttempt } from './message-attempt'
import {
  type ConsumerSettings,
  deadLetterName,
  type HandlerOptions,
  resolveConsumerOptions,
  type TransactionHandlerOptions,
} from './options'
import { Stop } from './stop'

/** What a transport knows of one delivery. */
export interface Delivery {
  /**
   * Aborts when the transport is to stop. The handler's signal aborts with it, and the decision comes when the handler has ended:
   * how long that may take is the transport's to say. What has not begun by then does not.
   */
  readonly signal?: AbortSignal | undefined
  /** How often the message has been replayed from the dead letters: each time it has all its attempts anew. @defaultValue 0 */
  readonly replays?: number | undefined
}

/**
 * Applies a delivered message if that has not been done before, and tells what to do with the delivery. Does not reject,
 * but with a TypeError for a wrong `delivery`.
 */
export type Consumer<Message> = (message: Message, delivery?: Delivery) => Promise<Decision>

/** Refusals that every delivery of the message would get. */
const DEAD: Readonly<Record<string, DeadLetter['reason']>> = {
  FINGERPRINT_MISMATCH: 'mismatch',
  INVALID_KEY: 'unusable',
  CODEC: 'unusable',
}

/**
 * Makes a consumer of at-least-once deliveries that applies each message once. `docs/queues.md` has the table of what is
 * decided when.
 *
 * @throws TypeError, InvalidKeyError that names the option which is wrong or unknown
 * @example
 * const consume = idempotentConsumer({
 *   idem,
 *   name: 'loyalty points',
 *   key: (order: Order) => order.id,
 *   handler: (order, ctx) => points.add(order.user, order.total, ctx.subkey('points')),
 * })
 * const decision = await consume(order)
 */
export function idempotentConsumer<Message>(options: HandlerOptions<Message>): Consumer<Message>
export function idempotentConsumer<Message, Tx>(
  options: TransactionHandlerOptions<Message, Tx>,
): Consumer<Message>
export function idempotentConsumer<Message>(
  options: HandlerOptions<Message> | TransactionHandlerOptions<Message, unknown>,
): Consumer<Message> {
  const consumption = new Consumption(resolveConsumerOptions(options))
  return (message, delivery = {}) => consumption.consume(message, delivery)
}

interface Call {
  readonly key: Key
  readonly options: RunOptions
}

class Consumption<Message> {
  readonly #settings: ConsumerSettings<Message>
  readonly #idem: Idem
  /** How often in a row the store has failed: how long to wait is all that is told by it. */
  #outages = 0

  constructor(settings: ConsumerSettings<Message>) {
    this.#settings = settings
    this.#idem = settings.idem
  }

  async consume(message: Message, { signal, replays = 0 }: Delivery): Promise<Decision> {
    if (!Number.isSafeInteger(replays) || replays < 0) {
      throw new TypeError(`replays must be a whole number from 0 up; got ${String(replays)}`)
    }
    if (signal?.aborted) return { action: 'retry', afterMs: 0, reason: 'stopped', error: signal.reason }
    const stop = new Stop(signal)
    const attempt = new MessageAttempt(this.#settings, message, replays, stop)
    let call: Call
    try {
      call = this.#call(message, stop, attempt)
    } catch (error) {
      stop.end()
      return this.#bury(message, dead('unusable', error), replays)
    }
    try {
      const { replayed } = await this.#idem.execute(call.key, (ctx) => attempt.run(ctx), call.options)
      this.#outages = 0
      return { action: 'ack', reason: replayed ? 'duplicate' : 'applied' }
    } catch (error) {
      const decision = await this.#decide(error, attempt, call, stop)
      if (decision.action === 'retry' && signal?.aborted)
        return { ...decision, reason: 'stopped', afterMs: 0 }
      return decision.action === 'dead-letter' ? this.#bury(message, decision, replays, call) : decision
    } finally {
      stop.end()
    }
  }

  #call(message: Message, stop: Stop, attempt: MessageAttempt<Message>): Call {
    const { key, scope, fingerprint, name, run, onAbandoned } = this.#settings
    const payload = fingerprint === false ? undefined : fingerprint(message)
    if (fingerprint !== false && payload === undefined)
      throw new TypeError('fingerprint() must give a payload')
    const policy =
      typeof onAbandoned !== 'function'
        ? onAbandoned
        : (ctx: AttemptContext) => {
            attempt.hasBegun = true
            return onAbandoned(message, stop.begin(ctx))
          }
    return {
      key: key(message),
      options: {
        ...run,
        name,
        // A scope that comes to nothing must not be taken for none: keys of all tenants would meet.
        scope: scope && (scope(message) ?? ''),
        fingerprint: payload,
        signal: stop.leave,
        onAbandoned: policy,
        // Whoever waits holds a place that another message could have.
        onInProgress: 'reject',
        // What is acknowledged has run under protection.
        onStoreDown: 'throw',
        // Whether a message is dead, its record tells by a step: see `MessageAttempt`.
        isRetryable: () => true,
        maxAttempts: Number.POSITIVE_INFINITY,
      },
    }
  }

  async #decide(error: unknown, attempt: MessageAttempt<Message>, call: Call, stop: Stop): Promise<Decision> {
    const { attempts } = this.#settings
    const own = attempt.thrown
    // Of a step that could not be saved callers are told by an error that it has caused.
    if (own !== undefined && [error, Object(error).cause].includes(own.error) && !attempt.isRefused) {
      this.#outages = 0
      if (attempt.letter) return { action: 'dead-letter', ...attempt.letter }
      return this.#again('failed', own.error, attempt.number)
    }
    const refusal = Object(error) as Readonly<Record<'code' | 'cause' | 'attempt' | 'retryAfterMs', unknown>>
    const code = String(refusal.code)
    if (code !== 'STORE') this.#outages = 0
    // Of a message that has a text, only an answer that was kept can be what is not to be read: so there is one.
    if (code === 'CODEC' && hasText(call.options.fingerprint)) return { action: 'ack', reason: 'duplicate' }
    const fatal = DEAD[code]
    if (fatal !== undefined) return { action: 'dead-letter', ...dead(fatal, error) }
    switch (code) {
      case 'STORE':
        return this.#again('store-down', error, ++this.#outages)
      case 'RESULT_UNAVAILABLE':
      case 'EXPIRED_KEY':
        // Both are said only of what has succeeded.
        return { action: 'ack', reason: 'duplicate' }
      case 'UNSETTLED':
        // It took effect. To deliver it again would invite doing that twice, once its lease has run out.
        return { action: 'ack', reason: 'unsettled' }
      case 'IN_PROGRESS': {
        const retry = this.#again('in-progress', error, 1)
        return { ...retry, afterMs: Math.max(retry.afterMs, Number(refusal.retryAfterMs) || 0) }
      }
      case 'ABANDONED': {
        const number = Number(refusal.attempt)
        // Whoever was to find out could not, this time.
        if (refusal.cause !== undefined && (number < attempts || stop.isCauseOf(refusal.cause)))
          return this.#again('failed', error, number)
        // It runs too long, here, and its record will tell what follows.
        if (refusal.cause === undefined && attempt.hasBegun) return this.#again('in-progress', error, number)
        return { action: 'dead-letter', ...dead('abandoned', error, number) }
      }
      case 'OPERATION_FAILED':
        return this.#othersFailure(error, Number(refusal.attempt), call)
      default:
        return this.#again('in-progress', error, 1)
    }
  }

  /** The failure of an attempt that another delivery made, or of a record that something else has settled for good. */
  async #othersFailure(error: unknown, attempt: number, { key, options }: Call): Promise<Decision> {
    const { name, scope, codec, storeTimeout } = options
    try {
      const record = await this.#idem.inspect(key, { name, scope, codec, storeTimeout })
      if (record?.state === 'failed' && !record.retryable) {
        return { action: 'dead-letter', ...dead('final', error, attempt) }
      }
      return this.#again('failed', error, attempt)
    } catch (failure) {
      return this.#again('store-down', failure, ++this.#outages)
    }
  }

  async #bury(
    message: Message,
    letter: DeadLetter,
    replays: number,
    call?: Call | undefined,
  ): Promise<Decision> {
    const { deadLetter, name, run } = this.#settings
    const { reason, failure, attempt } = letter
    const told = { reason, failure, attempt }
    if (deadLetter === undefined) return { action: 'dead-letter', ...told }
    try {
      if (call === undefined || reason === 'mismatch' || reason === 'unusable')
        await deadLetter(message, told)
      else {
        const options: RunOptions = {
          ...run,
          name: deadLetterName(name, replays),
          scope: call.options.scope,
          onInProgress: 'reject',
          onStoreDown: 'throw',
          onAbandoned: 'rerun',
          isRetryable: () => true,
          maxAttempts: Number.POSITIVE_INFINITY,
        }
        await this.#idem.run(
          call.key,
          async () => {
            await deadLetter(message, told)
          },
          options,
        )
      }
      return { action: 'ack', reason: 'dead-lettered' }
    } catch (error) {
      return this.#again('failed', error, 1)
    }
  }

  #again(reason: Retry['reason'], error: unknown, attempt: number): Retry {
    try {
      return { action: 'retry', afterMs: this.#settings.delay(attempt, error), reason, error }
    } catch (wrong) {
      // A backoff function that fails must neither lose the message nor let it spin.
      return { action: 'retry', afterMs: 1000, reason, error: wrong }
    }
  }
}

/** Whether it could be fingerprinted. */
function hasText(payload: unknown): boolean {
  try {
    if (payload !== undefined) plainText(payload, true)
    return true
  } catch {
    return false
  }
}

const dead = (reason: DeadLetter['reason'], error: unknown, attempt = 0): DeadLetter => ({
  reason,
  failure: describeError(error),
  attempt,
})
