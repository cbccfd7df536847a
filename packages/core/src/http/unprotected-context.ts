import { sha256 } from '#sha256'
import type { AttemptContext } from '../options/options'
import { randomToken } from '../random-token'

/**
 * What a handler is given where nothing is recorded: for a safe method, or without a key where none is required. Every
 * request is an operation of its own, so its steps simply run.
 */
export class UnprotectedContext implements AttemptContext {
  readonly key = ''
  readonly attempt = 1
  readonly takeover = false
  #token: string | undefined

  get fence(): number {
    return Date.now() * 1000
  }

  get signal(): AbortSignal {
    return new AbortController().signal
  }

  readonly step = async <T>(_name: string, run: () => Promise<T> | T): Promise<T> => run()

  readonly subkey = (name: string): string => {
    this.#token ??= randomToken()
    return sha256(`${this.#token}\n${name}`)
  }
}
