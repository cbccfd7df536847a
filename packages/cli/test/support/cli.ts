import { spawn } from 'node:child_process'
import { expect, inject } from 'vitest'

/** In the URLs of stores, and in nothing that is ever printed. */
export const PASSWORD = 'hunter2'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Started {
  /** What it has printed so far. */
  readonly out: () => string
  readonly kill: (signal: NodeJS.Signals) => void
  /** Reads no more of what it prints. */
  readonly hangUp: () => void
  readonly ended: Promise<Ended>
}

/** Starts the program as a process, with pipes in place of a terminal. */
export function startCli(args: readonly string[], env: Record<string, string> = {}, input = ''): Started {
  const child = spawn(process.execPath, [inject('bin'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'pipe',
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin.end(input)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
  }).then((all) => {
    // Nobody sees it: no colour, no cursor that moves, no password.
    expect(all.out + all.err).not.toContain('\u001b')
    expect(all.out + all.err).not.toContain(PASSWORD)
    return all
  })
  return {
    out: () => out,
    kill: (signal) => child.kill(signal),
    hangUp: () => child.stdout.destroy(),
    ended,
  }
}

/** Runs the program to its end. */
export function cli(args: readonly string[], env?: Record<string, string>, input?: string): Promise<Ended> {
  return startCli(args, env, input).ended
}
