import { StoreError } from '@idem/core'
import type { Place } from './options'
import type { RedisClient, RedisClusterClient, RedisServer } from './redis-client'
import { redisFailure } from './redis-failure'
import { ReplicatedWrites } from './replicated-writes'
import type { Script, ScriptRunner } from './scripts/script'

/** The user's client, as the stores use it: it runs scripts, and what fails there becomes a `StoreError`. */
export class Connection {
  readonly client: RedisClient
  /** Missing where nobody waits for replicas. */
  readonly #replicated: ReplicatedWrites | undefined

  /** How many keys a command may have. */
  readonly mostKeys: number

  constructor(client: RedisClient, { batch, waitReplicas }: Pick<Place, 'batch' | 'waitReplicas'>) {
    this.client = client
    // A cluster takes several keys at once only where they are on the same server.
    this.mostKeys = client.isCluster ? 1 : batch
    this.#replicated = waitReplicas === 0 ? undefined : new ReplicatedWrites(client, waitReplicas)
  }

  /** What the driver puts in front of every key. */
  get keyPrefix(): string {
    return this.client.options.keyPrefix ?? ''
  }

  /** The servers that hold keys. @throws StoreError if they cannot be told */
  async primaries(): Promise<RedisServer[]> {
    if (!this.client.isCluster) return [this.client as RedisServer]
    const cluster = this.client as RedisClusterClient
    try {
      // Before it is ready a client knows none, or only those that it was told to begin with.
      if (cluster.status !== 'ready') await cluster.time()
    } catch (error) {
      throw redisFailure('find the primaries', error)
    }
    const primaries = cluster.nodes('master')
    if (primaries.length > 0) return primaries
    throw new StoreError('Redis failed to find the primaries: the client of the cluster knows none')
  }

  /** Runs a script on the server that holds its keys. @throws StoreError */
  run(call: string, script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    try {
      return script.run(this.client as unknown as ScriptRunner, keys, args).catch((error: unknown) => {
        throw redisFailure(call, error)
      })
    } catch (error) {
      return Promise.reject(redisFailure(call, error))
    }
  }

  /** Runs a script that may write, and lets it count once enough replicas have it. @throws StoreError */
  write(call: string, script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    if (this.#replicated === undefined) return this.run(call, script, keys, args)
    return this.#replicated.run(script, keys, args).catch((error: unknown) => {
      throw redisFailure(call, error)
    })
  }
}
