import { execFileSync } from 'node:child_process'

/** Runs a command and returns what it printed. When it fails, what it printed is the error. */
export function runCommand(command: string, args: readonly string[], directory?: string): string {
  try {
    return execFileSync(command, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')} failed\n${stdout}\n${stderr}`)
  }
}
