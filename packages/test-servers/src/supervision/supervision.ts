import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ProcessUser } from '../unprivileged-user'

export interface SupervisedCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly stopSignal: NodeJS.Signals
  /** Run after the server has ended. */
  readonly cleanup?: readonly string[]
  readonly hasFamily?: boolean
  readonly directory: string
  readonly user?: ProcessUser | undefined
  /** It may end and be started again, in the same folder. */
  readonly restartable: boolean
}

export type Order = 'start' | 'kill' | 'pause' | 'resume'

/** Where a server may need minutes (an image that is downloaded first), this is the limit. */
const startTimeoutMs = 120_000

/** The asker's side of supervisor.mjs, which runs the server from the moment that this is made. */
export class Supervision {
  readonly #supervisor: ChildProcessByStdio<Writable, Readable, null>
  readonly #gone: Promise<unknown>
  readonly #told = new EventEmitter()
  #ended = this.#nextEnd()
  #running = true
  #stopped = false

  constructor(command: SupervisedCommand) {
    this.#supervisor = spawn(
      process.execPath,
      [fileURLToPath(new URL('supervisor.mjs', import.meta.url)), JSON.stringify(command)],
      // In a process group of its own, so that Ctrl-C reaches the tests and not the server under them.
      { detached: true, stdio: ['pipe', 'pipe', 'inherit'] },
    )
    this.#gone = once(this.#supervisor, 'close')
    // A supervisor that is gone takes no orders; its end says so.
    this.#supervisor.stdin.on('error', () => {})
    this.#supervisor.on('close', () => {
      this.#stopped = true
      this.#tell({ ended: 'is stopped' })
    })
    createInterface({ input: this.#supervisor.stdout }).on('line', (line) => this.#tell(JSON.parse(line)))
  }

  get running(): boolean {
    return this.#running
  }

  /** Resolves when the server that runs now has ended, with how it did and its last words. */
  get ended(): Promise<string> {
    return this.#ended
  }

  /** Resolves when the order is carried out; for `kill` that is when the server has ended. */
  async order(order: Order): Promise<void> {
    if (order === 'kill' && !this.#running) return
    if (this.#stopped) throw new Error('the server is stopped')
    if (order === 'start' && !this.#running) {
      this.#ended = this.#nextEnd()
      this.#running = true
    }
    const ended = this.#ended
    const done = once(this.#told, 'done')
    this.#supervisor.stdin.write(`${order}\n`)
    await (order === 'kill' ? ended : Promise.race([done, this.#gone]))
  }

  /** Resolves once `ping` does; rejects with the server's last words if it ends before. */
  async answers(ping: () => Promise<void>): Promise<void> {
    const ended = this.#ended.then((ending) => {
      throw new Error(`the server ${ending.trim()}`)
    })
    // Ending later, when it is stopped, is no failure.
    ended.catch(() => {})
    const deadline = Date.now() + startTimeoutMs
    for (;;) {
      try {
        return await Promise.race([ping(), ended])
      } catch (error) {
        if (!this.#running || Date.now() > deadline) throw await lastWord(ended, error)
        await Promise.race([sleep(50), ended])
      }
    }
  }

  /** Ends the server and removes its folder. */
  async stop(): Promise<void> {
    this.#supervisor.stdin.end()
    await this.#gone
  }

  async #nextEnd(): Promise<string> {
    const [ending] = await once(this.#told, 'ended')
    return String(ending)
  }

  #tell({ ended, done }: { readonly ended?: string; readonly done?: Order }): void {
    if (ended !== undefined) {
      this.#running = false
      this.#told.emit('ended', ended)
    }
    if (done !== undefined) this.#told.emit('done')
  }
}

/** The server's own last words say more than a refused connection. */
async function lastWord(ended: Promise<never>, otherwise: unknown): Promise<unknown> {
  return Promise.race([ended.catch((error: unknown) => error), sleep(100, otherwise)])
}
