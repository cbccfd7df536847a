import { startTcpProxy, type TcpProxy } from '@idem/test-servers'

/** The way from each place to the server, which can be cut, slowed down, and led to another server. */
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

  /** Where each place finds the server from now on, at the address that it knows. */
  lead(url: string): void {
    for (const proxy of this.proxies) proxy.lead(url)
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
  }
}
