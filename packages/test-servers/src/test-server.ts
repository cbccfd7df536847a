/** A server that answers at `url` until it is stopped. */
export interface TestServer {
  readonly url: string
  /** Where it came from, for people: `environment`, `this machine`, … */
  readonly source: string
  /** Ends the server and removes its files. A server that someone else runs is left alone. */
  stop(): Promise<void>
}

/** No server can be had; `reason` says what was tried and why each try failed. */
export interface Unavailable {
  readonly reason: string
  /**
   * True where that is nobody's fault: this distribution is known to have no package of it, or it
   * takes rights that tests need not have. The
   * tests that need it are skipped even in CI, which otherwise fails.
   */
  readonly notPackaged?: true
}

/** Is told, in a line for people, what is being started, and from where: `console.error`, say. */
export type Progress = (line: string) => void

export interface StartOptions {
  /** @defaultValue nobody is told */
  readonly progress?: Progress
}
