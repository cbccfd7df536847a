import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BirpcReturn, createBirpc } from 'birpc'
import type { Gateway } from '../gateway/gateway'
import { type Print, timeOfDay } from '../http/request-log'
import type { Orders } from '../serve'
import { StartError } from '../start-error'
import type { NewMoment } from '../timeline/moment'
import { CommonGround } from './common-ground'
import type { Beginning, Listening, ParentFace, WorkerFace } from './faces'

/** No place is taken by a new process more often: one that cannot start would be started all the time. */
const REPLACE_EVERY_MS = 1000
/** How long one of them may take to tell its metrics, or to hear what it is to go by. */
const HEARD_WITHIN_MS = 2000
/** How much longer than it was given a process may take to stop before it is killed. */
const GRACE_MS = 2000

/** Processes behind one port, each new connection going to the next of them. One that dies is replaced. */
export class ProcessGroup {
  readonly #orders: Omit<Orders, 'number'>
  readonly #common: CommonGround
  readonly #print: Print
  readonly #workers = new Map<number, Worker>()
  readonly #faces = new Map<Worker, BirpcReturn<WorkerFace, ParentFace>>()
  /** Those that know what had happened when they began: of what happens since then, too, they are to know. */
  readonly #begun = new WeakSet<Worker>()
  readonly #answering = new WeakSet<Worker>()
  #phase: 'starting' | 'answering' | 'stopping' = 'starting'

  /** @param gateway - lives in this process, and is asked by all of them */
  constructor(orders: Omit<Orders, 'number'>, gateway: Gateway, print: Print) {
    this.#orders = orders
    this.#common = new CommonGround(gateway, {
      hear: (moments) => this.#all(this.#begun, (face) => face.hear.asEvent(moments)),
      control: async (state) => void (await this.#all(this.#begun, (face) => face.control(state))),
      metrics: () => this.#all(this.#answering, (face) => face.metrics()),
    })
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
    return new Promise((resolve, reject) => {
      this.#faces.set(
        worker,
        reach(worker, {
          ...this.#common.face(),
          begin: () => {
            this.#begun.add(worker)
            return this.#begin(number)
          },
          ready: (service) => {
            this.#answering.add(worker)
            resolve(service)
          },
          failed: (message) => reject(new StartError(message)),
        }),
      )
      worker.once('exit', (code, signal) => {
        this.#faces.get(worker)?.$close()
        this.#faces.delete(worker)
        const ending = signal ? `was killed by ${signal}` : `ended with ${code}`
        reject(new StartError(`Process ${number} of ${this.#orders.processes} ${ending} before it answered`))
        if (this.#phase === 'stopping' || (this.#phase === 'starting' && !this.#answering.has(worker))) return
        this.#print(`${timeOfDay()} process ${number} (${pidOf(worker)}) ${ending}; another takes its place`)
        this.#tell('killed', number, ending)
        void this.#replace(number, since)
      })
    })
  }

  #begin(number: number): Beginning | undefined {
    if (this.#phase === 'stopping') return undefined
    const { controls, chronicle } = this.#common
    return { orders: { ...this.#orders, number }, controls, moments: chronicle.moments }
  }

  #tell(type: NewMoment['type'], number: number, detail: string): void {
    this.#common.tell([{ at: Date.now(), process: number, type, detail }])
  }

  /** Asks all of them; who dies meanwhile, or says nothing, is left out. */
  async #all<T>(
    whom: WeakSet<Worker>,
    ask: (face: BirpcReturn<WorkerFace, ParentFace>) => Promise<T>,
  ): Promise<T[]> {
    const faces = [...this.#faces].filter(([worker]) => whom.has(worker))
    const silence = new AbortController()
    const late = sleep(HEARD_WITHIN_MS, undefined, { signal: silence.signal })
    const answers = await Promise.allSettled(
      faces.map(async ([, face]) => {
        const answer = ask(face).then((given) => ({ given }))
        const heard = await Promise.race([answer, late])
        if (heard === undefined) throw new Error('no answer')
        return heard.given
      }),
    )
    silence.abort()
    late.catch(() => {})
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  }

  async #replace(number: number, since: number): Promise<void> {
    await sleep(since + REPLACE_EVERY_MS - performance.now())
    if (this.#phase === 'stopping') return
    try {
      await this.#fork(number)
      this.#print(`${timeOfDay()} process ${number} (${pidOf(this.#workers.get(number))}) answers`)
      this.#tell('answers', number, `pid ${pidOf(this.#workers.get(number))}`)
    } catch {
      // It has ended, and so is replaced in its turn.
    }
  }

  async #end(worker: Worker, withinMs: number): Promise<boolean> {
    if (worker.isDead()) return true
    const exit = once(worker, 'exit')
    this.#faces
      .get(worker)
      ?.stop.asEvent(withinMs)
      .catch(() => {})
    const late = setTimeout(() => worker.process.kill('SIGKILL'), withinMs + GRACE_MS)
    const [code] = await exit
    clearTimeout(late)
    return code === 0 || !this.#answering.has(worker)
  }
}

function reach(worker: Worker, face: ParentFace): BirpcReturn<WorkerFace, ParentFace> {
  return createBirpc<WorkerFace, ParentFace>(face, {
    // One that has died is not told, and what becomes of it is seen from its exit.
    post: (message) => {
      if (worker.isConnected()) worker.send(message, () => {})
    },
    on: (hear) => void worker.on('message', hear),
    timeout: -1,
  })
}

function pidOf(worker: Worker | undefined): number {
  return worker?.process.pid ?? 0
}
