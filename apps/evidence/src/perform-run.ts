import { execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machine, machineText } from '@idem/harness'
import type { Result } from './results/result'
import { type Run, RunFailed } from './runs/run'

/**
 * Runs the command, passes on what it prints, and reads what came of it.
 *
 * @throws RunFailed if it ended with anything but 0, or shows that something does not hold
 */
export async function performRun(run: Run, root: string, signal: AbortSignal): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'idem-evidence-'))
  try {
    const file = join(folder, 'figures.json')
    const startedAt = performance.now()
    const commit = commitOf(root)
    const command = run.json === undefined ? run.command : `${run.command} ${run.json}${file}`
    const printed = await printedBy(command, { cwd: root, signal })
    const json = run.json === undefined ? undefined : JSON.parse(readFileSync(file, 'utf8'))
    return {
      command: run.command,
      date: new Date().toISOString().slice(0, 10),
      commit,
      machine: machineText(machine()),
      seconds: Math.round((performance.now() - startedAt) / 1000),
      figures: run.read({ printed, json, root }),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function printedBy(command: string, { cwd, signal }: { cwd: string; signal: AbortSignal }): Promise<string> {
  // In a group of its own, so that all that it starts can be ended with it.
  const options: SpawnOptions = { cwd, shell: true, detached: true, stdio: ['ignore', 'pipe', 'inherit'] }
  const child = spawn(command, options)
  const end = () => child.pid && process.kill(-child.pid, 'SIGTERM')
  signal.addEventListener('abort', end)
  let printed = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    process.stdout.write(text)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      signal.removeEventListener('abort', end)
      if (signal.aborted) reject(signal.reason)
      else if (code === 0) resolve(printed)
      else reject(new RunFailed(`ended with ${code}: ${command}`))
    })
  })
}

/** What the runs themselves write, documents and results, is not what is run. */
const WRITTEN = [':!*.md', ':!docs']

function commitOf(root: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', '.', ...WRITTEN) === '' ? '' : '+'}`
}
