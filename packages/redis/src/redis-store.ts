import type {
  Claim,
  ClaimOutcome,
  Completion,
  FailureReport,
  Holder,
  Keeping,
  Lease,
  RecordPage,
  RecordQuery,
  Resolution,
  StepResult,
  Store,
  StoredRecord,
} from '@idem/core'
import { claimOutcome } from './claim-outcome'
import { Coalescer, Lane } from './coalescer'
import { Connection } from './connection'
import { diagnose } from './diagnose'
import { duration, keyTtl, retentionBeforeTombstone } from './durations'
import { type RedisStoreOptions, resolveOptions } from './options'
import { readNumber, readRecord, shown } from './record/record-bytes'
import type { RedisClient } from './redis-client'
import { redisFailure } from './redis-failure'
import { positionOf, scan } from './scan'
import type { Script } from './scripts/script'
import { recordScripts } from './scripts/scripts'
import { subscriptionsOf } from './subscriptions'

/** The policies, as the script has them. */
const POLICIES = { takeover: 't', reject: 'r', reconcile: 'c' } as const

/** The states that failures come to, as records have them. */
const FAILED = { final: '250', retryable: '251', abandoned: '252' } as const

/**
 * Keeps records in Redis 7 or later, or Valkey: one key a record, one step of the server a call, on the server's clock.
 *
 * The client is the user's own: it is neither opened nor closed here, and how often it reconnects and retries is for its
 * options to say. What survives a crash or a failover of the server is what the server was set up to keep.
 *
 * @example
 * const store = new RedisStore(new Redis(url), { subscriber: new Redis(url) })
 * const idem = new Idem({ store })
 */
export class RedisStore implements Store {
  readonly #connection: Connection
  readonly #prefix: string
  readonly #claims: Coalescer<Claim, ClaimOutcome>
  readonly #completions: Coalescer<Completion, boolean>

  /** There if a `subscriber` was handed over: see {@link Store.watch}. */
  readonly watch: Store['watch']

  /** @throws TypeError if the client is none of ioredis, or an option is wrong or unknown */
  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    const place = resolveOptions(client, options, ['prefix', 'subscriber', 'batch', 'waitReplicas'], '')
    this.#prefix = place.prefix
    this.#connection = new Connection(client, place)
    const lane = new Lane(this.#connection.mostKeys)
    this.#claims = new Coalescer(lane, {
      together: areAlike,
      send: (claims) => this.#sendClaims(claims),
      read: claimOutcome,
    })
    this.#completions = new Coalescer(lane, {
      together: settleAlike,
      send: (completions) => this.#sendCompletions(completions),
      read: wasSettled,
    })
    if (place.subscriber) {
      const subscriptions = subscriptionsOf(place.subscriber)
      // The driver puts a keyPrefix in front of keys, but not of channels.
      const begin = this.#connection.keyPrefix + this.#prefix
      this.watch = (key, onChange, signal) => subscriptions.add(begin + key, onChange, signal)
    }
  }

  claim(claim: Claim): Promise<ClaimOutcome> {
    return this.#claims.add(claim)
  }

  complete(completion: Completion): Promise<boolean> {
    return this.#completions.add(completion)
  }

  extend({ key, owner, fence, leaseMs, keepMs }: Lease): Promise<boolean> {
    const args = [owner, duration(leaseMs), duration(keepMs), compared(fence)]
    return this.#write('extend', recordScripts.extend, key, args)
  }

  fail(report: FailureReport): Promise<boolean> {
    const { key, owner, fence, kind, failure } = report
    const keeping = kind === 'final' ? report : { ...report, tombstoneMs: 0 }
    const args = [owner, FAILED[kind], failure, ...times(keeping), compared(fence)]
    return this.#write('fail', recordScripts.fail, key, args)
  }

  release({ key, owner }: Holder): Promise<boolean> {
    return this.#write('release', recordScripts.release, key, [owner])
  }

  saveStep({ key, owner, fence, name, value }: StepResult): Promise<boolean> {
    const args = [owner, name, ...optional(value), compared(fence)]
    return this.#write('save a step', recordScripts.saveStep, key, args)
  }

  resolve(resolution: Resolution): Promise<boolean> {
    const { key, owner, value } = resolution
    return this.#write('resolve', recordScripts.resolve, key, [
      owner,
      ...times(resolution),
      ...optional(value),
    ])
  }

  delete(key: string): Promise<boolean> {
    return this.#write('delete', recordScripts.delete, key, [])
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const [record] = await this.#read('get', [key], true)
    return record
  }

  /**
   * The order is that of `SCAN`, which walks over all keys of the server. A walk begins anew when a server was restarted
   * or replaced, if the servers tell (`INFO`): records are seen again then, and none is missed. While slots of a cluster
   * move from one server to another, a record that moves may be missed, or seen twice.
   */
  async list({ prefix, state, limit, cursor }: RecordQuery): Promise<RecordPage> {
    const from = cursor === undefined ? undefined : positionOf(cursor, prefix)
    try {
      const page = await scan(this.#connection, this.#prefix, prefix, limit, from)
      const found = await this.#read('list', page.keys, false)
      const records = found.filter(
        (record): record is StoredRecord =>
          record !== undefined && (state === undefined || record.state === state),
      )
      return page.cursor === undefined ? { records } : { records, cursor: page.cursor }
    } catch (error) {
      throw redisFailure('list', error)
    }
  }

  /** Says whether the server may drop records to make room, where it tells. */
  async diagnose(): Promise<readonly string[]> {
    return diagnose(await this.#connection.primaries())
  }

  async #write(call: string, script: Script, key: string, args: readonly string[]): Promise<boolean> {
    return Number(await this.#connection.write(call, script, [this.#prefix + key], args)) === 1
  }

  /** Something else under a key fails a `strict` call, and is nothing in another. */
  async #read(call: string, keys: readonly string[], strict: boolean): Promise<(StoredRecord | undefined)[]> {
    if (keys.length === 0) return []
    const most = this.#connection.mostKeys
    if (keys.length > most) {
      const parts: (readonly string[])[] = []
      for (let i = 0; i < keys.length; i += most) parts.push(keys.slice(i, i + most))
      return (await Promise.all(parts.map((part) => this.#read(call, part, strict)))).flat()
    }
    const stored = keys.map((key) => this.#prefix + key)
    const args = [strict ? '1' : '0']
    const [now, ...replies] = (await this.#connection.run(call, recordScripts.get, stored, args)) as [
      number,
      ...Buffer[],
    ]
    return replies.map((bytes, i) =>
      bytes.length === 0
        ? undefined
        : shown(keys[i] as string, readRecord(bytes, 7), readNumber(bytes, 0), Number(now)),
    )
  }

  #sendClaims(claims: readonly Claim[]): Promise<unknown> {
    const { leaseMs, keepMs, maxAttempts, onAbandoned, fingerprint, waitedFor } = claims[0] as Claim
    const attempts = maxAttempts === Infinity ? '' : maxAttempts
    const policy = `${POLICIES[onAbandoned]}${fingerprint === undefined ? 0 : 1}${attempts}`
    const args = [
      duration(leaseMs),
      duration(keepMs),
      policy,
      waitedFor === undefined ? '' : String(waitedFor),
    ]
    for (const { owner, fingerprint } of claims) args.push(owner, fingerprint ?? '')
    return this.#connection.write('claim', recordScripts.claim, this.#keys(claims), args)
  }

  #sendCompletions(completions: readonly Completion[]): Promise<unknown> {
    const first = completions[0] as Completion
    const [ttl, retention] = times(first)
    const args = [ttl, `${first.value === undefined ? 0 : 1}${retention}`]
    for (const { owner, fence, value } of completions) args.push(owner, compared(fence), value ?? '')
    return this.#connection.write('complete', recordScripts.complete, this.#keys(completions), args)
  }

  #keys(requests: readonly { readonly key: string }[]): string[] {
    return requests.map(({ key }) => this.#prefix + key)
  }
}

function areAlike(one: Claim, other: Claim): boolean {
  return (
    one.leaseMs === other.leaseMs &&
    one.keepMs === other.keepMs &&
    one.maxAttempts === other.maxAttempts &&
    one.onAbandoned === other.onAbandoned &&
    one.waitedFor === other.waitedFor &&
    (one.fingerprint === undefined) === (other.fingerprint === undefined)
  )
}

function settleAlike(one: Completion, other: Completion): boolean {
  return (
    one.retentionMs === other.retentionMs &&
    one.tombstoneMs === other.tombstoneMs &&
    (one.value === undefined) === (other.value === undefined)
  )
}

/** What the script answered for one key. @throws StoreError for a failure of this key */
function wasSettled(reply: unknown): boolean {
  if (reply instanceof Buffer) throw redisFailure('complete', new Error(reply.toString()))
  return Number(reply) === 1
}

/** How long the key lives, and, where a tombstone follows, how long the answer does. */
const times = (keeping: Keeping): [string, string] => [keyTtl(keeping), retentionBeforeTombstone(keeping)]

/** Whether there is a text, and the text. */
const optional = (text: string | undefined): [string, string] => [text === undefined ? '0' : '1', text ?? '']

/** As scripts take it; without one nothing is compared. */
const compared = (fence: number | undefined): string => (fence === undefined ? '' : String(fence))
