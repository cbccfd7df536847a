import { StoreError } from '@idem/core'
import type { RedisClient } from './redis-client'
import type { Script, ScriptRunner } from './scripts/script'

/** How long `WAIT` waits for replicas. */
const WAIT_MS = 500

type Command = readonly (string | number)[]

interface Write {
  readonly command: Command
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Scripts that count once enough replicas have what they wrote. `WAIT` speaks of its own connection's writes, and holds it up:
 * so it is sent together with them, and what is asked for meanwhile goes together when it is over, with one `WAIT` for all.
 * A `WAIT` each would let a connection do no more than one thing in the time that a replica takes, and the others pile up.
 */
export class ReplicatedWrites {
  readonly #client: RedisClient
  readonly #replicas: number
  readonly #runner: ScriptRunner
  #next: Write[] = []
  #isWaiting = false

  constructor(client: RedisClient, replicas: number) {
    this.#client = client
    this.#replicas = replicas
    this.#runner = {
      evalshaBuffer: (...call) => this.#send(['evalshaBuffer', ...call]),
      evalBuffer: (...call) => this.#send(['evalBuffer', ...call]),
    }
  }

  /** Rejects with what the driver rejects with, or with a `StoreError` where it is written and the replicas have not said so. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return script.run(this.#runner, keys, args)
  }

  #send(command: Command): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const write = { command, resolve, reject }
      // A cluster takes together only what is on the same server.
      if (this.#client.isCluster) void this.#sendTogether([write])
      else {
        this.#next.push(write)
        if (!this.#isWaiting) void this.#sendAll()
      }
    })
  }

  async #sendAll(): Promise<void> {
    this.#isWaiting = true
    while (this.#next.length > 0) {
      const writes = this.#next
      this.#next = []
      await this.#sendTogether(writes)
    }
    this.#isWaiting = false
  }

  /** Settles each of them; rejects never. */
  async #sendTogether(writes: readonly Write[]): Promise<void> {
    try {
      const commands = writes.map(({ command }) => [...command])
      const replies = await this.#client.pipeline([...commands, ['wait', this.#replicas, WAIT_MS]]).exec()
      const [waitError, acknowledged] = replies?.at(-1) ?? [new Error('the driver gave no replies')]
      const missed = waitError ?? this.#missed(Number(acknowledged))
      for (const [index, { resolve, reject }] of writes.entries()) {
        const [error, reply] = replies?.[index] ?? []
        const failed = error ?? missed
        if (failed) reject(failed)
        else resolve(reply)
      }
    } catch (error) {
      for (const { reject } of writes) reject(error)
    }
  }

  #missed(acknowledged: number): StoreError | undefined {
    const wanted = this.#replicas
    if (acknowledged >= wanted) return undefined
    return new StoreError(
      `Redis has written, but only ${acknowledged} of ${wanted} replicas (waitReplicas) have it after ${WAIT_MS} ms`,
    )
  }
}
