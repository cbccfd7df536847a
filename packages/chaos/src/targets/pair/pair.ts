import { setTimeout as sleep } from 'node:timers/promises'
import { type PrivateServer, startTcpProxy, type TcpProxy, type Unavailable } from '@idem/test-servers'
import type { PairServer } from '../target'

/** How servers of a kind are made to follow one another. */
export interface PairKind<Server extends PrivateServer> {
  /** How long what the primary writes is on its way to the replica, and the replica's word on its way back. */
  readonly linkMs: number
  startPrimary(): Promise<Server | Unavailable>
  /** Starts a replica, with all that the primary has; `port` is where it is to look for the primary. */
  startReplica(primary: Server, port: number): Promise<Server | Unavailable>
  /** Resolves when the replica has all that the primary had when this was asked. */
  caughtUp(primary: Server): Promise<void>
  /** Makes a primary of a replica, and resolves when it takes writes. */
  promote(replica: Server): Promise<void>
}

/**
 * A primary and a replica, each on its own disk, and a link between them that takes its time. `url` is where the primary
 * is, and another after each failover.
 */
export class Pair<Server extends PrivateServer> implements PairServer {
  readonly #kind: PairKind<Server>
  #primary: Server
  #replica: Server | undefined
  #link: TcpProxy | undefined
  #isStopped = false

  private constructor(kind: PairKind<Server>, primary: Server) {
    this.#kind = kind
    this.#primary = primary
  }

  static async start<Server extends PrivateServer>(
    kind: PairKind<Server>,
  ): Promise<PairServer | Unavailable> {
    const primary = await kind.startPrimary()
    if ('reason' in primary) return primary
    const pair = new Pair(kind, primary)
    try {
      await pair.attach()
      return pair
    } catch (error) {
      await pair.stop()
      throw error
    }
  }

  get url(): string {
    return this.#primary.url
  }

  get source(): string {
    return this.#primary.source
  }

  kill(): Promise<void> {
    return this.#primary.kill()
  }

  restart(): Promise<void> {
    return this.#primary.restart()
  }

  caughtUp(): Promise<void> {
    return this.#kind.caughtUp(this.#primary)
  }

  async failOver(awayMs: number): Promise<void> {
    const [primary, replica] = [this.#primary, this.#replica]
    if (replica === undefined) throw new Error('there is nobody to take over')
    // What is on its way to the replica is lost with the primary, which answers for another moment.
    await this.#link?.close()
    await primary.kill()
    await sleep(awayMs)
    await this.#kind.promote(replica)
    this.#primary = replica
    this.#replica = undefined
    await primary.stop()
  }

  async attach(): Promise<void> {
    const link = await startTcpProxy(this.#primary.url)
    this.#link = link
    const replica = await this.#kind.startReplica(this.#primary, link.port)
    if ('reason' in replica) throw new Error(`no replica: ${replica.reason}`)
    this.#replica = replica
    // Stopped while it was being started.
    if (this.#isStopped) return this.stop()
    await this.caughtUp()
    link.delay(this.#kind.linkMs)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#link?.close()
    await Promise.all([this.#primary.stop(), this.#replica?.stop()])
  }
}
