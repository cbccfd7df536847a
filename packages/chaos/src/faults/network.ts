import { startTcpProxy, type TcpProxy } from '@idem/test-servers'

/** The way from each place to the server, which can be cut. */
export class Network {
  readonly proxies: readonly TcpProxy[]

  private constructor(proxies: readonly TcpProxy[]) {
    this.proxies = proxies
  }

  static async start(url: string, places: number): Promise<Network> {
    return new Network(await Promise.all(Array.from({ length: places }, () => startTcpProxy(url))))
  }

  get urls(): string[] {
    return this.proxies.map(({ url }) => url)
  }

  get lostReplies(): number {
    return this.proxies.reduce((total, { counts }) => total + counts.lostReplies, 0)
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
  }
}
