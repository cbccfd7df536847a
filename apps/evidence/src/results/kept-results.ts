import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from './result'

/** A run has no result: it was not run, or what it shows did not hold. */
export class NotRun extends Error {
  override readonly name = 'NotRun'
  readonly run: string
  constructor(run: string) {
    super(`${run} has no result: pnpm evidence ${run}`)
    this.run = run
  }
}

/** Results of runs, a file each. */
export class KeptResults {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws NotRun if there is none */
  get(run: string): Result {
    const file = this.#file(run)
    if (!existsSync(file)) throw new NotRun(run)
    return JSON.parse(readFileSync(file, 'utf8'))
  }

  keep(run: string, result: Result): void {
    writeFileSync(this.#file(run), `${JSON.stringify(result, null, 1)}\n`)
  }

  /** What held once and does not hold now is no evidence. */
  drop(run: string): void {
    rmSync(this.#file(run), { force: true })
  }

  /** The runs that have a result, by name. */
  names(): string[] {
    const files = readdirSync(this.#folder).filter((name) => name.endsWith('.json'))
    return files.map((name) => name.slice(0, -'.json'.length)).sort()
  }

  #file(run: string): string {
    return join(this.#folder, `${run}.json`)
  }
}
