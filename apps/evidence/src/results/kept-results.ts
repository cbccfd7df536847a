import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from './result'

/** Results of runs, a file each. */
export class KeptResults {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws if the run has none: it has not been run, or what it shows did not hold */
  get(run: string): Result {
    const file = this.#file(run)
    if (!existsSync(file)) throw new Error(`${run} has no result: pnpm evidence ${run}`)
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
