import type { DeadLetter } from '@idem/core/consumer'
import { shown } from '../options'
import type { RedisStreamClient } from '../redis-client'
import { redisFailure } from '../redis-failure'
import { streamScripts } from '../scripts/scripts'
import { pairs, type StreamFields } from './entry'
import { type RedisDeadLetterOptions, resolvePlaces } from './options'
import { run } from './stream-commands'

/** How much is said of a letter before the fields of its message: see bury-entry.lua. */
const OWN = 14

/** A message that was given up. */
export interface StreamDeadLetter extends DeadLetter {
  /** Of the letter. */
  readonly id: string
  readonly message: StreamFields
  /** How often it had been replayed before. */
  readonly replays: number
  /** The group whose consumer gave it up, and the entry's id in the stream. */
  readonly group: string
  readonly entryId: string
  readonly at: Date
}

export interface DeadLetterPageQuery {
  /** At most this many letters, 1 to 1000. @defaultValue 100 */
  readonly limit?: number | undefined
  /** Where the page before ended. */
  readonly cursor?: string | undefined
}

export interface DeadLetterPage {
  readonly letters: readonly StreamDeadLetter[]
  /** Missing: this was the last page. */
  readonly cursor?: string | undefined
}

/**
 * The dead letters of a stream: to be seen, replayed and removed.
 *
 * @example
 * const letters = new RedisDeadLetters(redis, { stream: 'orders' })
 * const { letters: [first] } = await letters.page()
 * if (first) await letters.replay(first.id)
 */
export class RedisDeadLetters {
  readonly #client: RedisStreamClient
  readonly #places: ReturnType<typeof resolvePlaces>

  /** @throws TypeError that names the option which is wrong or unknown */
  constructor(client: RedisStreamClient, options: RedisDeadLetterOptions) {
    this.#client = client
    this.#places = resolvePlaces(client, options)
  }

  /** Some of the letters, oldest first. @throws TypeError if the query is wrong; StoreError */
  async page({ limit = 100, cursor }: DeadLetterPageQuery = {}): Promise<DeadLetterPage> {
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
      throw new TypeError(`limit must be a whole number from 1 to 1000; got ${shown(limit)}`)
    }
    if (cursor !== undefined) isId('cursor', cursor)
    const from = cursor === undefined ? '-' : `(${cursor}`
    const reply = await this.#ask('list dead letters', () =>
      this.#client.call('XRANGE', this.#places.deadLetterStream, from, '+', 'COUNT', limit + 1),
    )
    const found = (reply as [id: string, fields: string[]][]).map(([id, fields]) => letterOf(id, fields))
    const letters = found.slice(0, limit)
    return { letters, cursor: found.length > limit ? letters.at(-1)?.id : undefined }
  }

  /**
   * Moves a letter's message back to the stream, in one step: it has all its attempts anew. `false` if the letter is gone,
   * so that of two who replay it one does. It is for the group that gave the message up: the stream's others acknowledge it
   * unhandled. Only where that group is gone, it is for all.
   *
   * @throws TypeError if it is no id, or the letter came from another stream; StoreError
   */
  async replay(id: string): Promise<boolean> {
    const { stream, deadLetterStream } = this.#places
    const keys = [deadLetterStream, stream]
    const reply = await this.#ask('replay a dead letter', () =>
      run(this.#client, streamScripts.replay, keys, [isId('id', id)]),
    )
    if (reply === 1) throw new TypeError(`the dead letter ${id} came from another stream than ${stream}`)
    return reply !== 0
  }

  /** Removes a letter, and its message with it. `true` if it was there. @throws TypeError if it is no id; StoreError */
  async remove(id: string): Promise<boolean> {
    isId('id', id)
    const removed = await this.#ask('remove a dead letter', () =>
      this.#client.call('XDEL', this.#places.deadLetterStream, id),
    )
    return removed === 1
  }

  async #ask(call: string, send: () => Promise<unknown>): Promise<unknown> {
    try {
      return await send()
    } catch (error) {
      throw error instanceof TypeError ? error : redisFailure(call, error)
    }
  }
}

function letterOf(id: string, flat: readonly string[]): StreamDeadLetter {
  const own = pairs(flat.slice(0, OWN))
  return {
    id,
    reason: own['reason'] as DeadLetter['reason'],
    failure: JSON.parse(own['failure'] ?? '{}') as DeadLetter['failure'],
    attempt: Number(own['attempt']),
    replays: Number(own['replays']),
    group: own['group'] ?? '',
    entryId: own['id'] ?? '',
    at: new Date(Number(id.split('-')[0])),
    message: pairs(flat.slice(OWN)),
  }
}

function isId(what: string, id: string): string {
  if (typeof id === 'string' && /^\d+-\d+$/.test(id)) return id
  throw new TypeError(`${what} must be the id of a dead letter; got ${shown(id)}`)
}
