import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { programOf } from './programs'

export interface SpawnedDemo {
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves to the match as soon as the output has one; rejects if the process ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** The exit code. */
  readonly ended: Promise<number | null>
}

/** What it is told, beside its flags: nothing that this process has in its environment. */
type Env = Record<string, string>

/** The service as a process of its own, from its sources; killed when the test ends. */
export function spawnDemo(args: readonly string[], env: Env = {}): SpawnedDemo {
  const demo = spawnLastingDemo(args, env)
  onTestFinished(() => demo.kill('SIGKILL'))
  return demo
}

/** The same for several tests, which kill it when the last of them ends. */
export function spawnLastingDemo(args: readonly string[], env: Env = {}): SpawnedDemo {
  return watched(launch('src/main.ts', args, env))
}

/** A service whose gateway answers when the test says so. */
export interface HeldDemo extends SpawnedDemo {
  /** Resolves as soon as the gateway was asked for so many charges. */
  arrival(count: number): Promise<void>
  /** Charges what the gateway was asked for and, from now on, whatever it is asked for. */
  release(): void
}

/** {@link spawnDemo} with a gateway that holds every charge. */
export function spawnHeldDemo(args: readonly string[], env: Env = {}): HeldDemo {
  const child = launch('test/support/held-main.ts', args, env, 'ipc')
  onTestFinished(() => void child.kill('SIGKILL'))
  let arrived = 0
  child.on('message', (count: number) => {
    arrived = count
  })
  const demo = watched(child)
  return {
    ...demo,
    arrival: async (count) => {
      while (arrived < count) {
        const more = await Promise.race([once(child, 'message'), demo.ended])
        if (!Array.isArray(more)) throw new Error(`ended with ${more}: ${demo.stdout()}${demo.stderr()}`)
      }
    },
    release: () => void child.send('release'),
  }
}

type Launched = ChildProcessWithoutNullStreams

/** A program that was made from a source, see `programs.ts`. It is the caller's to end. */
export function launch(entry: string, args: readonly string[], env: Env, ...more: 'ipc'[]): Launched {
  const child = spawn(
    process.execPath,
    ['--import', './test/support/preload.mjs', programOf(entry), ...args],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['pipe', 'pipe', 'pipe', ...more],
      // Amounts of money are no JSON.
      serialization: 'advanced',
    },
  )
  // All three are pipes.
  return child as Launched
}

function watched(child: Launched): SpawnedDemo {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)

  async function printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(stdout)
      if (match) return match
      const more = await Promise.race([once(child.stdout, 'data'), ended])
      if (!Array.isArray(more)) throw new Error(`ended with ${more}, without ${pattern}: ${stdout}${stderr}`)
    }
  }

  return {
    stdout: () => stdout,
    stderr: () => stderr,
    printed,
    pid: child.pid as number,
    kill: (signal) => void child.kill(signal),
    ended,
  }
}

/** Where it listens, as soon as it does. */
export async function urlOf(demo: SpawnedDemo): Promise<string> {
  const [, url = ''] = await demo.printed(/listens on (http:\S+)[\s\S]+Ctrl\+C/)
  return url
}

/** The processes that answer, as they were when it started. */
export function pidsOf(demo: SpawnedDemo): number[] {
  const [, list = ''] = /\d+ processes \(([\d, ]+)\)/.exec(demo.stdout()) ?? []
  return list.split(', ').map(Number)
}
