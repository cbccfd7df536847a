import type { Redis } from 'ioredis'

/** One command as the server got it: its name in small letters, and its arguments. */
export type SentCommand = readonly [name: string, ...args: string[]]

/** What clients send to a server, told by the server (`MONITOR`). */
export class Commands {
  readonly #client: Redis
  readonly #monitor: Redis
  #seen: SentCommand[] = []
  #markers = 0

  private constructor(client: Redis, monitor: Redis) {
    this.#client = client
    this.#monitor = monitor
    monitor.on('monitor', (_time: string, [name = '', ...args]: string[], source: string) => {
      // What a script does on the server was not sent.
      if (source !== 'lua') this.#seen.push([name.toLowerCase(), ...args])
    })
  }

  static async to(client: Redis): Promise<Commands> {
    const monitor = await client.monitor()
    monitor.on('error', () => {})
    return new Commands(client, monitor)
  }

  /** All commands that the server got while `act` ran, whoever sent them. */
  async during(act: () => Promise<unknown>): Promise<readonly SentCommand[]> {
    await this.#caughtUp()
    this.#seen = []
    await act()
    await this.#caughtUp()
    return this.#seen.filter(([name]) => name !== 'echo')
  }

  close(): void {
    this.#monitor.disconnect()
  }

  /** Resolves when the server has told of all that it got before. */
  async #caughtUp(): Promise<void> {
    const marker = `marker ${++this.#markers}`
    const told = new Promise<void>((resolve) => {
      const look = (_time: string, [, argument]: string[]) => {
        if (argument !== marker) return
        this.#monitor.off('monitor', look)
        resolve()
      }
      this.#monitor.on('monitor', look)
    })
    await this.#client.echo(marker)
    await told
  }
}

export const names = (commands: readonly SentCommand[]): string[] => commands.map(([name]) => name)
