import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Keeps account of a run's processes and files in a process of its own, which ends and removes them with the run. */
export class Keeper {
  /** The run's own folder. */
  readonly directory: string
  readonly #process: ChildProcessByStdio<Writable, null, null>

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'idem-chaos-'))
    this.#process = spawn(
      process.execPath,
      [fileURLToPath(new URL('keeper-process.mjs', import.meta.url)), this.directory],
      // In a process group of its own, so that Ctrl-C does not reach it before its work is done.
      { detached: true, stdio: ['pipe', 'ignore', 'inherit'] },
    )
  }

  began(pid: number): void {
    this.#process.stdin.write(`+${pid}\n`)
  }

  ended(pid: number): void {
    this.#process.stdin.write(`-${pid}\n`)
  }

  /** Ends every process that is left, and removes the folder. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.stdin.end()
    await exited
  }
}
