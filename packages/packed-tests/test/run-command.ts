import { execFileSync } from 'node:child_process'

export interface Place {
  readonly directory?: string
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Longer than anything takes here. Tests cannot time out by themselves while they wait for a command. */
const timeout = 240_000

/** Runs a command and returns what it printed. When it fails or does not end, what it printed is the error. */
export function runCommand(command: string, args: readonly string[], place: Place = {}): string {
  const { directory: cwd, environment } = place
  const env = { ...process.env, ...environment }
  try {
    return execFileSync(command, args, { cwd, env, timeout, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr, code = 'failed' } = error as { stdout: string; stderr: string; code?: string }
    throw new Error(`${command} ${args.join(' ')}: ${code}\n${stdout}\n${stderr}`)
  }
}
