import { randomUUID } from 'node:crypto'
import type { ClientBase, Notification } from 'pg'
import type { Connection } from './connection'
import { escapeText } from './escaped-text'
import { inTurn } from './in-turn'
import { type Names, quoteIdentifier } from './names'
import { isLocked, postgresFailure } from './postgres-failure'
import { type WatchStatements, watchStatements } from './statements/statements'

/** How long until it is asked again whether a transaction that keeps a record to itself has ended. */
const LOOK_AGAIN_MS = 500

type OnChange = (deaf?: boolean) => void

interface Channel {
  readonly watchers: Set<OnChange>
  /** Random: a watch that is given up late cannot end one that was placed since. */
  readonly token: string
  /** Whether somebody is about to settle the record who cannot tell of it any more. */
  isDeaf: boolean
  /** Resolves when whoever settles the record from then on tells of it. */
  placed: Promise<unknown>
}

/** How many stores listen on a channel of a listener: several may have been given the same one. */
const listeners = new WeakMap<ClientBase, Map<string, number>>()

function listening(listener: ClientBase, channel: string, more: 1 | -1): number {
  const counts = listeners.get(listener) ?? new Map<string, number>()
  const count = (counts.get(channel) ?? 0) + more
  listeners.set(listener, counts.set(channel, count))
  return count
}

/**
 * Who wants to hear of which key, on the one connection that the user handed over for it. All keys of a table share a
 * channel, and only those are told of that are said to be watched: so settling costs nobody a NOTIFY in vain.
 */
export class Subscriptions {
  readonly #connection: Connection
  readonly #listener: ClientBase
  readonly #channel: string
  readonly #statements: WatchStatements
  /** By the escaped keys, as notifications have them. */
  readonly #channels = new Map<string, Channel>()
  #listening: Promise<unknown> | undefined

  constructor(connection: Connection, listener: ClientBase, names: Names) {
    this.#connection = connection
    this.#listener = listener
    this.#channel = names.channel
    this.#statements = watchStatements(names)
  }

  /** Resolves once every change of the record calls `onChange`; ends when the signal aborts. */
  async add(text: string, onChange: OnChange, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const key = escapeText(text)
    const own = this.#channels.get(key) ?? this.#place(key)
    const heard = (deaf?: boolean) => {
      if (!signal.aborted) onChange(deaf)
    }
    own.watchers.add(heard)
    const leave = () => {
      own.watchers.delete(heard)
      if (own.watchers.size === 0 && this.#channels.get(key) === own) this.#remove(key, own)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      await own.placed
      if (own.isDeaf) heard(true)
    } catch (error) {
      signal.removeEventListener('abort', leave)
      leave()
      throw postgresFailure('watch', error)
    }
  }

  #place(key: string): Channel {
    if (this.#channels.size === 0) this.#listen()
    const token = randomUUID()
    const own: Channel = { watchers: new Set(), token, isDeaf: false, placed: Promise.resolve() }
    own.placed = this.#say(key, own)
    this.#channels.set(key, own)
    return own
  }

  /** First the watch is there to be found, then those are waited for who have looked before it was. */
  async #say(key: string, own: Channel): Promise<void> {
    await this.#listening
    await this.#connection.run('watch', this.#statements.watch, [key, own.token])
    own.isDeaf = !(await this.#awaitWriters(key))
    if (own.isDeaf) void this.#outwait(key, own)
  }

  /** Whether they have ended. */
  async #awaitWriters(key: string): Promise<boolean> {
    try {
      await this.#connection.run('watch', this.#statements.awaitWriters, [key])
      return true
    } catch (error) {
      if (isLocked(error)) return false
      throw error
    }
  }

  /** Whoever waits looks for itself meanwhile. */
  async #outwait(key: string, own: Channel): Promise<void> {
    while (own.isDeaf && this.#channels.get(key) === own) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
      own.isDeaf = !(await this.#awaitWriters(key).catch(() => false))
    }
    const isListening = await this.#listening?.then(
      () => true,
      () => false,
    )
    if (isListening === true) for (const watcher of own.watchers) watcher()
  }

  #remove(key: string, { token, placed }: Channel): void {
    this.#channels.delete(key)
    if (this.#channels.size === 0) this.#stopListening()
    // Not before it was said. If it cannot be taken back, whoever settles the record tells in vain until a sweep.
    placed.then(() => this.#connection.run('unwatch', this.#statements.unwatch, [key, token])).catch(() => {})
  }

  readonly #heard = ({ channel, payload = '' }: Notification): void => {
    if (channel !== this.#channel) return
    for (const watcher of this.#channels.get(payload)?.watchers ?? []) watcher()
  }

  /** The connection is lost, and pg connects no client again: watches that are placed from now on are refused. */
  readonly #missed = (): void => {
    this.#listening = Promise.reject(new Error('the listener has lost its connection'))
    this.#listening.catch(() => {})
    for (const { watchers } of this.#channels.values()) for (const watcher of watchers) watcher(true)
  }

  #listen(): void {
    this.#listener.on('notification', this.#heard)
    this.#listener.on('end', this.#missed)
    listening(this.#listener, this.#channel, 1)
    this.#listening = this.#command('LISTEN')
  }

  #stopListening(): void {
    this.#listener.off('notification', this.#heard)
    this.#listener.off('end', this.#missed)
    if (listening(this.#listener, this.#channel, -1) > 0) return
    // If it cannot be told, the connection is down, and nothing is heard anyway.
    this.#command('UNLISTEN').catch(() => {})
  }

  #command(command: 'LISTEN' | 'UNLISTEN'): Promise<unknown> {
    const listener = this.#listener
    return inTurn(listener, () => listener.query(`${command} ${quoteIdentifier(this.#channel)}`))
  }
}
