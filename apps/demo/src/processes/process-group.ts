import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerCalls } from '../gateway/answer-calls'
import type { Gateway } from '../gateway/gateway'
import { type Print, timeOfDay } from '../http/request-log'
import type { Orders } from '../serve'
import { StartError } from '../start-error'
import type { FromWorker, Listening, ToWorker } from './messages'

/** No place is taken by a new process more often: one that cannot start would be started all the time. */
const REPLACE_EVERY_MS = 1000
/** How much longer than it was given a process may take to stop before it is killed. */
const GRACE_MS = 2000

/** Processes behind one port, each new connection going to the next of them. One that dies is replaced. */
export class ProcessGroup {
  readonly #orders: Omit<Orders, 'number'>
  readonly #gateway: Gateway
  readonly #print: Print
  readonly #workers = new Map<number, Worker>()
  readonly #answering = new WeakSet<Worker>()
  #phase: 'starting' | 'answering' | 'stopping' = 'starting'

  /** @param gateway - lives in this process, and is asked by all of them */
  constructor(orders: Omit<Orders, 'number'>, gateway: Gateway, print: Print) {
    this.#orders = orders
    this.#gateway = gateway
    this.#print = print
  }

  /**
   * Resolves as soon as all of them answer.
   *
   * @throws StartError if one of them cannot; then none is left
   */
  async start(): Promise<Listening> {
    cluster.schedulingPolicy = cluster.SCHED_RR
    // Structured clones keep what JSON does not: amounts are bigints.
    cluster.setupPrimary({ args: [], serialization: 'advanced' })
    const numbers = Array.from({ length: this.#orders.processes }, (_, index) => index + 1)
    try {
      const services = await Promise.all(numbers.map((number) => this.#fork(number)))
      this.#phase = 'answering'
      return services[0] as Listening
    } catch (error) {
      this.abort()
      throw error
    }
  }

  get pids(): number[] {
    return [...this.#workers.values()].map(pidOf)
  }

  /** Resolves when all have ended, to whether all of them had finished what was running. */
  async stop(withinMs: number): Promise<boolean> {
    this.#phase = 'stopping'
    const finished = [...this.#workers.values()].map((worker) => this.#end(worker, withinMs))
    return (await Promise.all(finished)).every(Boolean)
  }

  /** Kills them. */
  abort(): void {
    this.#phase = 'stopping'
    for (const worker of this.#workers.values()) worker.process.kill('SIGKILL')
  }

  /** Resolves when the new process answers. @throws StartError if it ends before */
  #fork(number: number): Promise<Listening> {
    const worker = cluster.fork()
    this.#workers.set(number, worker)
    const since = performance.now()
    const answerCall = answerCalls(this.#gateway, (reply) => tell(worker, { type: 'gateway', reply }))
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'gateway') answerCall(message.call)
        else if (message.type === 'hello') tell(worker, this.#firstWord(number))
        else if (message.type === 'failed') reject(new StartError(message.message))
        else {
          this.#answering.add(worker)
          resolve(message.service)
        }
      })
      worker.once('exit', (code, signal) => {
        const ending = signal ? `was killed by ${signal}` : `ended with ${code}`
        reject(new StartError(`Process ${number} of ${this.#orders.processes} ${ending} before it answered`))
        if (this.#phase === 'stopping' || (this.#phase === 'starting' && !this.#answering.has(worker))) return
        this.#print(`${timeOfDay()} process ${number} (${pidOf(worker)}) ${ending}; another takes its place`)
        void this.#replace(number, since)
      })
    })
  }

  #firstWord(number: number): ToWorker {
    if (this.#phase === 'stopping') return { type: 'stop', withinMs: 0 }
    return { type: 'begin', orders: { ...this.#orders, number } }
  }

  async #replace(number: number, since: number): Promise<void> {
    await sleep(since + REPLACE_EVERY_MS - performance.now())
    if (this.#phase === 'stopping') return
    try {
      await this.#fork(number)
      this.#print(`${timeOfDay()} process ${number} (${pidOf(this.#workers.get(number))}) answers`)
    } catch {
      // It has ended, and so is replaced in its turn.
    }
  }

  async #end(worker: Worker, withinMs: number): Promise<boolean> {
    if (worker.isDead()) return true
    const exit = once(worker, 'exit')
    tell(worker, { type: 'stop', withinMs })
    const late = setTimeout(() => worker.process.kill('SIGKILL'), withinMs + GRACE_MS)
    const [code] = await exit
    clearTimeout(late)
    return code === 0 || !this.#answering.has(worker)
  }
}

function tell(worker: Worker, message: ToWorker): void {
  // One that has died is not told, and what becomes of it is seen from its exit.
  if (worker.isConnected()) worker.send(message, () => {})
}

function pidOf(worker: Worker | undefined): number {
  return worker?.process.pid ?? 0
}
