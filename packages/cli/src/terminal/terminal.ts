import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { noPaint, type Paint, paint } from './style'

/** What a process has of a terminal, or in place of one. */
export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable & { readonly isTTY?: boolean; readonly rows?: number; readonly columns?: number }
  readonly errors: Writable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
}

export class Terminal {
  readonly #streams: Streams
  /** Colours where somebody sees them, and has not asked for none (`NO_COLOR`). */
  readonly paint: Paint

  constructor(streams: Streams) {
    this.#streams = streams
    const { output, env } = streams
    this.paint = output.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? paint : noPaint
  }

  get isLive(): boolean {
    return this.#streams.output.isTTY === true
  }

  /** Whether somebody is there to answer a question. */
  get canAsk(): boolean {
    const { input, errors } = this.#streams
    return input.isTTY === true && errors.isTTY === true
  }

  get rows(): number {
    return this.#streams.output.rows ?? 24
  }

  get columns(): number {
    return this.#streams.output.columns ?? 80
  }

  /** Waits until who reads has kept up. */
  async print(text: string): Promise<void> {
    const { output } = this.#streams
    if (!output.write(`${text}\n`)) await once(output, 'drain')
  }

  /** Writes as it is, without an end of line. */
  draw(text: string): void {
    this.#streams.output.write(text)
  }

  /** Beside the result, which programs may read. */
  note(text: string): void {
    this.#streams.errors.write(`${text}\n`)
  }

  /** Whether the answer is yes; anything else is no, also that the input ends or the signal fires. */
  async confirms(question: string, signal: AbortSignal): Promise<boolean> {
    const { input, errors } = this.#streams
    // Lines as the terminal gives them: Ctrl+C stays what it is.
    const lines = createInterface({ input, terminal: false, signal })
    errors.write(`${question} [y/N] `)
    const answer = await new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(undefined))
    })
    lines.close()
    // Nobody has ended the line of the question.
    if (answer === undefined) errors.write('\n')
    return /^\s*y(es)?\s*$/i.test(answer ?? '')
  }
}
