import type { DeadLetter } from '@idem/core/consumer'
import type { RedisStreamClient } from '../redis-client'
import type { Script, ScriptRunner } from '../scripts/script'
import { streamScripts } from '../scripts/scripts'
import { readEntries, type StreamEntry } from './entry'
import type { StreamSettings } from './options'

/** So many entries in one script: each takes the server some microseconds, and arguments. */
const MOST_AT_ONCE = 500

/** The consumer of a group that has what was handed over: it reads nothing, and others take that over. */
const NOBODY = 'idem:nobody'

/** What a consumer says to its server. Everything rejects with what the driver rejects with. */
export class StreamCommands {
  readonly #settings: StreamSettings

  constructor(settings: StreamSettings) {
    this.#settings = settings
  }

  /** Makes the group, and the stream, unless they are there; others may be doing so at the same time. */
  async makeGroup(from: string): Promise<void> {
    const { client, stream, group } = this.#settings
    try {
      await client.call('XGROUP', 'CREATE', stream, group, from, 'MKSTREAM')
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error
    }
  }

  /** Whether there is no stream, or another one since an entry with that id was read from it: ids of one stream only grow. */
  async hasBegunAnew(lastRead: string | undefined): Promise<boolean> {
    const { client, stream } = this.#settings
    if ((await client.call('EXISTS', stream)) === 0) return true
    if (lastRead === undefined) return false
    const newest = (await client.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)) as [id: string][]
    return newest[0] !== undefined && isBefore(newest[0][0], lastRead)
  }

  /** Waits for new entries, for a while. */
  async read(count: number): Promise<StreamEntry[]> {
    const { reader, stream, group, consumer, blockMs } = this.#settings
    const wait = ['COUNT', count, 'BLOCK', blockMs] as const
    const reply = await reader.call('XREADGROUP', 'GROUP', group, consumer, ...wait, 'STREAMS', stream, '>')
    if (reply === null) return []
    // With RESP3 the driver gives a map, or an object, of streams.
    if (Array.isArray(reply)) return readEntries(Array.isArray(reply[0]) ? reply[0][1] : reply[1])
    return readEntries(Object.values(reply instanceof Map ? Object.fromEntries(reply) : (reply as object))[0])
  }

  /** Takes over what has been idle for so long; from a place in the list, up to another. */
  async takeOver(cursor: string, count: number) {
    const { client, stream, group, consumer, minIdleMs } = this.#settings
    const from = [stream, group, consumer, minIdleMs, cursor] as const
    const reply = await client.call('XAUTOCLAIM', ...from, 'COUNT', count)
    const [next, entries, lost] = reply as [string, unknown, string[]]
    return { next, entries: readEntries(entries), lost }
  }

  async acknowledge(id: string): Promise<void> {
    const { client, stream, group } = this.#settings
    await client.call('XACK', stream, group, id)
  }

  /** Whether it was moved: else somebody else has dealt with it. One that was trimmed, nobody else can have. */
  async bury(
    { id, fields, replays }: StreamEntry,
    { reason, failure, attempt }: DeadLetter,
    isTrimmed = false,
  ): Promise<boolean> {
    const { client, stream, deadLetterStream, group } = this.#settings
    const letter = [reason, JSON.stringify(failure), String(attempt), String(replays), isTrimmed ? '1' : '0']
    const args = [group, id, ...letter, ...Object.entries(fields).flat()]
    return Number(await run(client, streamScripts.bury, [stream, deadLetterStream], args)) === 1
  }

  /**
   * Says of entries how long they have been idle; gives the ids of those that are still this consumer's, and of those that
   * were, but are no longer in the stream: they are pending for nobody any more.
   */
  keep(idle: ReadonlyMap<string, number>): Promise<{ kept: string[]; trimmed: string[] }> {
    return this.#claim(idle, this.#settings.consumer)
  }

  /** Like `keep`, but they are nobody's from now on, so that this consumer can leave. */
  handOver(idle: ReadonlyMap<string, number>): Promise<{ kept: string[]; trimmed: string[] }> {
    return this.#claim(idle, NOBODY)
  }

  async #claim(
    idle: ReadonlyMap<string, number>,
    owner: string,
  ): Promise<{ kept: string[]; trimmed: string[] }> {
    const { client, stream, group, consumer } = this.#settings
    const kept: string[] = []
    const trimmed: string[] = []
    const all = [...idle]
    for (let at = 0; at < all.length; at += MOST_AT_ONCE) {
      const some = all.slice(at, at + MOST_AT_ONCE).flatMap(([id, idleMs]) => [id, String(idleMs)])
      const reply = await run(client, streamScripts.keep, [stream], [group, consumer, owner, ...some])
      const [own, gone] = reply as [unknown[], unknown[]]
      kept.push(...own.map(String))
      trimmed.push(...gone.map(String))
    }
    return { kept, trimmed }
  }

  /** Takes this consumer out of the group, unless something is pending for it; and nobody, too. */
  async leave(): Promise<void> {
    const { client, stream, group, consumer } = this.#settings
    for (const name of [consumer, NOBODY]) await run(client, streamScripts.leave, [stream], [group, name])
  }
}

export function run(
  client: RedisStreamClient,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  return script.run(client as unknown as ScriptRunner, keys, args)
}

/** Whether one id of an entry comes before another. */
function isBefore(id: string, other: string): boolean {
  const [[ms, at], [otherMs, otherAt]] = [id, other].map((each) => each.split('-').map(BigInt)) as [
    bigint[],
    bigint[],
  ]
  return ms === otherMs ? (at as bigint) < (otherAt as bigint) : (ms as bigint) < (otherMs as bigint)
}

/** Whether the group, or its stream, is gone. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && /NOGROUP|UNBLOCKED/.test(error.message)
}
