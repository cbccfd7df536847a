import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Answered, Asked, LoadQuestions } from './load/load-question'
import type { Order } from './order'

/** How much of what a process said on its way out is kept. */
const LAST_WORDS = 2000

type Answer<Question extends keyof LoadQuestions> = Awaited<ReturnType<LoadQuestions[Question]>>

interface Waiting {
  resolve(answer: unknown): void
  reject(error: Error): void
}

/** A process that plays scenes on one store, and answers what it is asked. It ends with this one. */
export class LoadProcess {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #ready: Promise<unknown>
  #asked = 0
  #lastWords = ''
  #hasEnded = false

  /** @param file the load, in one file, from sources */
  constructor(file: string, order: Order) {
    this.#ready = this.#expect(0)
    // Until somebody waits for it.
    this.#ready.catch(() => {})
    this.#process = fork(file, [JSON.stringify(order)], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS)
    })
    this.#process.on('message', (answered: Answered) => {
      const waiting = this.#waiting.get(answered.id)
      this.#waiting.delete(answered.id)
      if ('error' in answered) waiting?.reject(new Error(answered.error))
      else waiting?.resolve(answered.answer)
    })
    this.#process.once('exit', (code, signal) => {
      this.#hasEnded = true
      const reason = new Error(`the load process ended with ${signal ?? code}: ${this.#lastWords.trim()}`)
      for (const { reject } of this.#waiting.values()) reject(reason)
      this.#waiting.clear()
    })
  }

  /** Asks it something, when it is ready. @throws if it cannot answer, or has ended */
  async ask<Question extends keyof LoadQuestions>(question: Question): Promise<Answer<Question>> {
    await this.#ready
    if (this.#hasEnded) throw new Error(`the load process has ended: ${this.#lastWords.trim()}`)
    const asked: Asked = { id: ++this.#asked, question }
    const answer = this.#expect(asked.id)
    this.#process.send(asked)
    return answer as Promise<Answer<Question>>
  }

  async end(): Promise<void> {
    if (this.#hasEnded) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exited
  }

  #expect(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }
}
