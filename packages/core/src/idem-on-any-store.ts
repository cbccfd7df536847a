import { LocalCache } from './cache/local-cache'
import { fingerprint } from './codec/fingerprint'
import type { RecordState, Store } from './contracts/store'
import type { TransactionalStore } from './contracts/transactional-store'
import { drive, type Handler } from './engine/drive'
import { encodeValue } from './engine/encode-value'
import { Engine, type Execution, type Request } from './engine/engine'
import { Flight } from './engine/flight'
import type { Outcome } from './engine/outcome'
import { ONCE } from './engine/store-calls'
import { InProgressError } from './errors'
import { decodeRecord, type IdemRecord } from './idem-record'
import { encodeKey, type Key, storedKey } from './options/key'
import { onlyKnown } from './options/only-known'
import type {
  AttemptContext,
  AttemptOptions,
  CallOptions,
  IdemOptions,
  RunOptions,
  TransactionContext,
  TransactionOptions,
  WrapOptions,
} from './options/options'
import type { Page, PageQuery, RecordOptions, RecordsQuery, ResolveOptions } from './options/records'
import {
  aFunction,
  DEFAULTS,
  OF_A_TRANSACTION,
  OF_AN_ATTEMPT,
  oneOf,
  resolveSettings,
  type Settings,
  STORE_METHODS,
  withMethods,
} from './options/settings'
import { wholeNumber } from './options/whole-number'
import { systemRuntime } from './runtime'

const OF_AN_IDEM = [...OF_AN_ATTEMPT, 'store', 'namespace', 'cache', 'observer', 'runtime']
const OF_A_WRAP = [...OF_AN_ATTEMPT, 'name', 'key', 'scope', 'fingerprint', 'signal']
type MaybeNow = Promise<Execution<unknown>> | Execution<unknown>
const STATES: readonly RecordState[] = ['running', 'succeeded', 'failed', 'abandoned']

/** The implementation of {@link Idem}, whose types say which stores can do what. */
export class IdemOnAnyStore<S extends Store = Store> {
  readonly #engine: Engine<S>
  readonly #settings: Settings
  readonly #namespace: string

  constructor(options: IdemOptions<S>) {
    this.#settings = resolveSettings(options, DEFAULTS, OF_AN_IDEM)
    const { store, namespace = 'idem', cache, observer, runtime = systemRuntime } = options
    withMethods('store', store, STORE_METHODS, ['watch', 'diagnose', 'transactions'])
    withMethods('runtime', runtime, ['now', 'schedule', 'random', 'token'])
    if (observer !== undefined) aFunction('observer', observer)
    if (typeof namespace !== 'string' || namespace.length > 64) {
      throw new TypeError('namespace must be a text of 1 to 64 characters')
    }
    this.#namespace = encodeKey('namespace', namespace)
    const local = cache === undefined ? cache : new LocalCache({ ...cache, now: () => runtime.now() })
    this.#engine = new Engine(this.#settings.codec.seal?.(store) ?? store, runtime, local, observer)
  }

  async run<T>(
    key: Key,
    handler: (ctx: AttemptContext) => Promise<T> | T,
    options: RunOptions = {},
  ): Promise<T> {
    const execution = this.#execute(key, handler, options)
    return (execution instanceof Promise ? await execution : execution).value as T
  }

  async execute<T>(
    key: Key,
    handler: (ctx: AttemptContext) => Promise<T> | T,
    options: RunOptions = {},
  ): Promise<Execution<T>> {
    return this.#execute(key, handler, options) as Promise<Execution<T>>
  }

  wrap<Args extends readonly unknown[], Result>(
    fn: (...args: Args) => Promise<Result> | Result,
    options: WrapOptions<Args>,
  ) {
    aFunction('fn', fn)
    const settings = resolveSettings(options, this.#settings, OF_A_WRAP)
    const { name, key, scope, signal } = options
    encodeKey('name', name)
    aFunction('key', key)
    const { fingerprint: payload = (...args: Args): unknown => args } = options
    for (const [option, value] of Object.entries({ scope, signal })) {
      if (value !== undefined) aFunction(option, value)
    }
    if (payload !== false) aFunction('fingerprint', payload)
    // A scope that comes to nothing must not be taken for none: keys of all tenants would meet.
    const scopeOf = (args: Args): Key | undefined => scope && (scope(...args) ?? '')

    // Nor a payload that comes to nothing for a wish to compare none.
    const payloadOf = (args: Args): unknown => {
      if (payload === false) return undefined
      const given = payload(...args)
      if (given === undefined) throw new TypeError('fingerprint() must give a payload; got undefined')
      return given
    }

    const execute = async (...args: Args): Promise<Execution<Result>> => {
      const call = {
        name,
        scope: scopeOf(args),
        fingerprint: payloadOf(args),
        signal: signal?.(...args),
      }
      const request = this.#request(key(...args), call, settings)
      return this.#drive(request, () => fn(...args)) as Promise<Execution<Result>>
    }
    const look = (args: Args) => this.#look(key(...args), { name, scope: scopeOf(args) }, settings)
    return Object.assign(async (...args: Args) => (await execute(...args)).value, {
      execute,
      inspect: async (...args: Args) => this.#inspect(look(args)),
      forget: async (...args: Args) => this.#forget(look(args)),
      resolve: async (args: Args, value: Result) => {
        if (!Array.isArray(args)) throw new TypeError('args must be the list of arguments of a call')
        return this.#resolve(look(args), value)
      },
    })
  }

  async transaction<T>(
    key: Key,
    body: (ctx: TransactionContext<unknown>) => Promise<T> | T,
    options: TransactionOptions<unknown> = {},
  ): Promise<T> {
    aFunction('body', body)
    const settings = resolveSettings(options, this.#settings, OF_A_TRANSACTION)
    const request = this.#request(key, options, settings)
    const { tx } = options
    if (tx !== undefined && Object(tx) !== tx) throw new TypeError('tx must be an open transaction')
    const { transactions } = this.#engine.store as Partial<TransactionalStore<unknown>>
    if (transactions === undefined) throw new TypeError('transaction() needs a store that has transactions')
    const execution = await this.#engine.execute(
      { ...request, alone: tx !== undefined },
      (flight) => transactions(flight, body, tx) as Promise<Outcome>,
    )
    return execution.value as T
  }

  async inspect(key: Key, options: RecordOptions = {}): Promise<IdemRecord | undefined> {
    return this.#inspect(this.#look(key, options))
  }

  async forget(key: Key, options: RecordOptions = {}): Promise<boolean> {
    return this.#forget(this.#look(key, options))
  }

  async resolve(key: Key, value: unknown, options: ResolveOptions = {}): Promise<boolean> {
    return this.#resolve(this.#look(key, options), value)
  }

  async *records(query: RecordsQuery = {}): AsyncGenerator<IdemRecord, void, undefined> {
    const { state } = onlyKnown(query, ['state'])
    let cursor: string | undefined
    do {
      const page: Page = await this.page({ state, cursor })
      yield* page.records
      cursor = page.cursor
    } while (cursor !== undefined)
  }

  async page(query: PageQuery = {}): Promise<Page> {
    const { state, limit = 100, cursor } = onlyKnown(query, ['state', 'limit', 'cursor'])
    if (wholeNumber('limit', limit) > 1000) throw new TypeError(`limit must be at most 1000; got ${limit}`)
    if (cursor !== undefined && typeof cursor !== 'string')
      throw new TypeError('cursor must be the text that a page gave')
    if (state !== undefined) oneOf('state', state, STATES)
    const prefix = `${this.#namespace}:`
    const flight = this.#flight({ key: prefix, name: undefined, settings: this.#settings })
    const page = await flight.send('list', { prefix, state, limit, cursor })
    const records = page.records.map((stored) => decodeRecord(stored, this.#settings.codec))
    return { records, cursor: page.cursor }
  }

  #execute(key: Key, handler: Handler, options: RunOptions): MaybeNow {
    aFunction('handler', handler)
    return this.#drive(this.#request(key, options, resolveSettings(options, this.#settings)), handler)
  }

  #drive(request: Request, handler: Handler): MaybeNow {
    return this.#engine.execute(request, (flight) => drive(flight, handler))
  }

  async #inspect(flight: Flight<S>): Promise<IdemRecord | undefined> {
    const stored = await flight.send('get', flight.key)
    return stored && decodeRecord(stored, flight.settings.codec)
  }

  async #forget(flight: Flight<S>): Promise<boolean> {
    try {
      // Sent once: if the reply is lost, a second call could remove what began after the first.
      return await flight.persist(ONCE, 'delete', flight.key)
    } finally {
      this.#engine.forget(flight.key)
    }
  }

  async #resolve(flight: Flight<S>, value: unknown): Promise<boolean> {
    const { key, settings } = flight
    const { retentionMs, tombstoneMs } = settings
    const { text, error } = encodeValue(value, settings)
    if (error) throw error
    const resolution = { key, owner: this.#engine.runtime.token(), value: text, retentionMs, tombstoneMs }
    if (await flight.send('resolve', resolution)) return true
    const record = await flight.send('get', key)
    if (record?.state !== 'running') return false
    throw new InProgressError(`attempt ${record.attempt} of ${key} is running`, record.leaseMs ?? 0)
  }

  /** A flight that carries nobody, to talk to the store about a key. */
  #look(key: Key, options: ResolveOptions, base = this.#settings): Flight<S> {
    const settings = resolveSettings(options, base)
    return this.#flight({ ...this.#place(key, options), settings })
  }

  #flight(place: Pick<Request, 'key' | 'name' | 'settings'>): Flight<S> {
    return new Flight(this.#engine, { ...place, fingerprint: undefined, signal: undefined })
  }

  #request(key: Key, options: CallOptions & AttemptOptions, settings: Settings): Request {
    const { signal } = options
    if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
      throw new TypeError('signal must be an AbortSignal')
    }
    const place = this.#place(key, options)
    const payload = options.fingerprint === undefined ? undefined : fingerprint(options.fingerprint)
    return { key: place.key, name: place.name, signal, settings, fingerprint: payload }
  }

  #place(key: Key, { scope, name }: CallOptions): { key: string; name: string | undefined } {
    const operation = name === undefined ? undefined : encodeKey('name', name)
    return { key: storedKey(this.#namespace, operation ?? '', scope, key), name: operation }
  }
}
