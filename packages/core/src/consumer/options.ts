import type { Idem, Transactional } from '../idem'
import { type Duration, shown } from '../options/duration'
import { encodeKey, type Key } from '../options/key'
import { onlyKnown } from '../options/only-known'
import type { AttemptContext, AttemptOptions, Reconciled, TransactionContext } from '../options/options'
import { aFunction, DEFAULTS, resolveSettings } from '../options/settings'
import { wholeNumber } from '../options/whole-number'
import { type Backoff, type Delay, delayOf, longestDelayMs } from './backoff'
import type { DeadLetter } from './decision'
import { inTransaction } from './in-transaction'

/** What is said of messages, whatever is done with them. */
export interface ConsumerOptions<Message>
  extends Pick<
    AttemptOptions,
    | 'retention'
    | 'tombstone'
    | 'codec'
    | 'errorCodec'
    | 'maxResultBytes'
    | 'lease'
    | 'maxRunTime'
    | 'settleTimeout'
    | 'storeTimeout'
  > {
  /** Names the consumer; part of the stored key. Two consumers of one stream apply each message once each. */
  readonly name: Key
  /** What makes two deliveries the same message. One for which it throws, or gives no key, is dead-lettered. */
  readonly key: (message: Message) => Key
  /** Whose key it is: a tenant. @defaultValue everybody's */
  readonly scope?: ((message: Message) => Key) | undefined
  /**
   * What must be equal in all deliveries of a key: another payload under the same key is dead-lettered. `false` for not
   * to compare. @defaultValue the whole message
   */
  readonly fingerprint?: ((message: Message) => unknown) | false | undefined
  /** How many attempts a message has, crashes included: the record counts them, not the process. @defaultValue 5 */
  readonly attempts?: number | undefined
  /**
   * How long to wait after a failed attempt, or a function that says so. Shorter than `retention`: it is the record that
   * counts the attempts. @defaultValue 1 s, doubled up to 5 min, with jitter
   */
  readonly backoff?: Backoff | ((attempt: number, error: unknown) => Duration) | undefined
  /** Whether another attempt may help after this error; if not, the message is dead at once. @defaultValue always */
  readonly isRetryable?: ((error: unknown, attempt: number) => boolean) | undefined
  /**
   * For brokers that keep no dead letters: takes a dead message, which is then acknowledged. Called once per key (and
   * replay); for messages that have no usable key, or one that belongs to another payload, at least once. If it throws, it
   * is called again with the next delivery. @defaultValue the decision is `dead-letter`, for the transport to carry out
   */
  readonly deadLetter?: ((message: Message, letter: DeadLetter) => unknown) | undefined
}

/** For a handler whose effects are outside of the store, and so can be left half done. */
export interface HandlerOptions<Message> extends ConsumerOptions<Message> {
  /** What counts the attempts of a message, and remembers that it was applied. */
  readonly idem: Idem
  /** Applies the message. What it gives is not kept; what it throws is tried again. */
  readonly handler: (message: Message, ctx: AttemptContext) => unknown
  /**
   * What follows an attempt of which nobody knows how it ended: another one (`'rerun'`), the dead letters (`'reject'`), or
   * a function that finds out; if that throws, it is asked again, up to `attempts`. @defaultValue what the `Idem` says
   */
  readonly onAbandoned?:
    | 'rerun'
    | 'reject'
    | ((message: Message, ctx: AttemptContext) => Promise<Reconciled> | Reconciled)
    | undefined
}

/** For one that writes to the store's own database: its writes commit together with the record, or not at all. */
export interface TransactionHandlerOptions<Message, Tx> extends ConsumerOptions<Message> {
  /** One whose store has transactions. */
  readonly idem: Idem & Transactional<Tx>
  /** Applies the message inside a database transaction. Nothing of it can be left half done. */
  readonly transaction: (message: Message, ctx: TransactionContext<Tx>) => unknown
}

/** What may have been given: which of it, is checked. */
type Either<Message> = Partial<
  Omit<HandlerOptions<Message>, 'idem'> & Omit<TransactionHandlerOptions<Message, unknown>, 'idem'>
> & { readonly idem?: Idem & Partial<Transactional<unknown>> }

/** Checked, and complete. */
export interface ConsumerSettings<Message> {
  readonly idem: Idem
  readonly name: readonly string[]
  readonly key: (message: Message) => Key
  readonly scope: ((message: Message) => Key) | undefined
  readonly fingerprint: ((message: Message) => unknown) | false
  readonly attempts: number
  readonly delay: Delay
  readonly isRetryable: (error: unknown, attempt: number) => boolean
  readonly deadLetter: ((message: Message, letter: DeadLetter) => unknown) | undefined
  readonly onAbandoned: HandlerOptions<Message>['onAbandoned']
  readonly work: (message: Message, ctx: AttemptContext) => unknown
  /** What is said to `Idem` as it is. */
  readonly run: Pick<AttemptOptions, 'retention' | 'tombstone' | 'codec' | 'errorCodec'>
}

const OWN = 'idem,name,key,scope,fingerprint,attempts,backoff,isRetryable,deadLetter,onAbandoned'.split(',')
const OF_A_RUN = [
  ...'retention,tombstone,codec,errorCodec,maxResultBytes'.split(','),
  ...'lease,maxRunTime,settleTimeout,storeTimeout'.split(','),
]

/** Where it is recorded that the option `deadLetter` has taken a message: nothing longer is put behind a name. */
export const deadLetterName = (name: readonly string[], replays: number): readonly string[] => [
  ...name,
  'dead letter',
  String(replays),
]

/** @throws TypeError, InvalidKeyError that names the option which is wrong or unknown */
export function resolveConsumerOptions<Message>(
  options: HandlerOptions<Message> | TransactionHandlerOptions<Message, unknown>,
): ConsumerSettings<Message> {
  const given: Either<Message> = onlyKnown(options, [...OWN, 'handler', 'transaction', ...OF_A_RUN])
  const { idem, name, key, scope, deadLetter, handler, transaction, attempts = 5, onAbandoned } = given
  const { fingerprint = (message: Message): unknown => message, isRetryable = () => true } = given
  for (const method of ['execute', 'run', 'inspect'] as const) {
    if (typeof idem?.[method] === 'function') continue
    throw new TypeError(`idem must be an Idem; got ${shown(idem)}`)
  }
  encodeKey('name', name as Key)
  const parts = typeof name === 'string' ? [name] : (name as readonly string[])
  encodeKey('name, with what is put behind it,', deadLetterName(parts, Number.MAX_SAFE_INTEGER))
  aFunction('key', key)
  if (fingerprint !== false) aFunction('fingerprint', fingerprint)
  for (const [option, value] of Object.entries({ scope, deadLetter, isRetryable })) {
    if (value !== undefined) aFunction(option, value)
  }
  if ((handler === undefined) === (transaction === undefined)) {
    throw new TypeError('there must be either a handler or a transaction')
  }
  if (handler !== undefined) aFunction('handler', handler)
  else {
    aFunction('transaction', transaction)
    if (onAbandoned !== undefined) throw new TypeError('onAbandoned is no option of a transaction')
    if (typeof idem?.transaction !== 'function')
      throw new TypeError('transaction needs an Idem whose store has transactions')
  }
  const run = Object.fromEntries(Object.entries(given).filter(([option]) => OF_A_RUN.includes(option)))
  const { retentionMs } = resolveSettings(run, DEFAULTS, OF_A_RUN)
  if (onAbandoned !== undefined) resolveSettings({ onAbandoned: onAbandoned as 'rerun' }, DEFAULTS)
  const most = wholeNumber('attempts', attempts, true)
  const delay = delayOf(given.backoff)
  // What counts the attempts must not be gone when the next is due.
  const longestMs = longestDelayMs(given.backoff, most)
  if (given.retention !== undefined && retentionMs <= longestMs) {
    throw new TypeError(
      `retention must be longer than the longest backoff (${longestMs} ms); got ${shown(given.retention)}`,
    )
  }
  return {
    idem: idem as Idem,
    name: parts,
    key: key as (message: Message) => Key,
    scope,
    fingerprint,
    attempts: most,
    delay,
    isRetryable,
    deadLetter,
    // What has not committed has not happened, and what has is found: to run again is always right.
    onAbandoned: transaction === undefined ? onAbandoned : 'rerun',
    work: handler ?? inTransaction(given as TransactionHandlerOptions<Message, unknown>, parts, run),
    run,
  }
}
