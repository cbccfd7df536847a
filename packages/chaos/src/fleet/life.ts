import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { ChaosEvent } from '../history/event'
import { LogReader } from '../history/read-log'
import type { Order } from '../worker/order'
import type { Keeper } from './keeper'

/** How much of what a process said on its way out is kept. */
const LAST_WORDS = 4000

/** One process, from its start to its end, and the history that it wrote. */
export class Life {
  readonly name: string
  readonly place: number
  readonly events: ChaosEvent[] = []
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
  isStopped = false
  #isEnded = false
  #isKilled = false
  #running = 0
  #lastWords = ''
  readonly #process: ChildProcessByStdio<Writable, null, Readable>
  readonly #log: LogReader

  constructor(workerFile: string, order: Order, place: number, keeper: Keeper) {
    this.name = order.life
    this.place = place
    this.#log = new LogReader(order.logFile)
    this.#process = spawn(process.execPath, [workerFile, JSON.stringify(order)], {
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    this.#process.stdin.on('error', () => {})
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS)
    })
    const { pid } = this.#process
    if (pid !== undefined) keeper.began(pid)
    this.ended = once(this.#process, 'close').then(() => {
      this.#isEnded = true
      if (pid !== undefined) keeper.ended(pid)
      this.look()
    })
  }

  get isRunning(): boolean {
    return !this.#isEnded && !this.#isKilled
  }

  /** Whether a handler is at work in it, as far as its log tells. */
  get isBusy(): boolean {
    this.look()
    return this.#running > 0
  }

  /** Why it ended, if nobody asked it to and it was not done. */
  get failure(): string | undefined {
    if (!this.#isEnded || this.#isKilled || this.#process.exitCode === 0) return undefined
    const { exitCode, signalCode } = this.#process
    return `it ended with ${signalCode ?? `exit code ${exitCode}`}: ${this.#lastWords}`
  }

  /** Reads on in its log. */
  look(): void {
    for (const event of this.#log.next()) {
      this.events.push(event)
      if (event.type === 'began') this.#running++
      if (event.type === 'ended') this.#running--
    }
  }

  /** Whether it is ready to be let begin. */
  get isReady(): boolean {
    this.look()
    return this.events.length > 0
  }

  /** Lets it begin: all times of the workload count from this moment. */
  begin(atMs: number): void {
    this.#process.stdin.write(`begin ${atMs}\n`)
  }

  /** Lets it end when it has nothing left to do. */
  dismiss(): void {
    this.#process.stdin.write('dismiss\n')
  }

  async kill(): Promise<void> {
    this.#isKilled = true
    this.#process.kill('SIGKILL')
    await this.ended
  }

  stop(): void {
    this.isStopped = true
    this.#process.kill('SIGSTOP')
  }

  continue(): void {
    this.isStopped = false
    this.#process.kill('SIGCONT')
  }
}
