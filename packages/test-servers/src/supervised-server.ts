import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { TestServer } from './test-server'
import type { ProcessUser } from './unprivileged-user'

export interface ServerCommand {
  readonly url: string
  readonly command: string
  readonly args: readonly string[]
  readonly stopSignal: NodeJS.Signals
  /** Run after the server has ended. */
  readonly cleanup?: readonly string[]
  /** Resolves once the server at `url` answers. */
  readonly ping: (url: string) => Promise<void>
}

export interface ServerPlace {
  /** A fresh folder of the server's own; it is removed with the server. */
  readonly directory: string
  readonly user?: ProcessUser | undefined
}

/** Where a server may need minutes (an image that is downloaded first), this is the limit. */
const startTimeoutMs = 120_000

/**
 * Makes a fresh folder, lets `prepare` fill it and say what to run, and resolves when that answers.
 * Rejects, and leaves nothing behind, when it does not.
 */
export async function startSupervised(
  prepare: (place: ServerPlace) => Promise<ServerCommand>,
  user?: ProcessUser,
): Promise<Omit<TestServer, 'source'>> {
  const directory = mkdtempSync(join(tmpdir(), 'idem-test-'))
  let plan: ServerCommand
  try {
    if (user) chownSync(directory, user.uid, user.gid)
    plan = await prepare({ directory, user })
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }

  const { url, ping, ...command } = plan
  const supervisor = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('supervisor.mjs', import.meta.url)),
      JSON.stringify({ ...command, directory, user }),
    ],
    // In a process group of its own, so that Ctrl-C reaches the tests and not the server under them.
    { detached: true, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const stop = async () => {
    const exited = supervisor.exitCode === null ? once(supervisor, 'exit') : undefined
    supervisor.stdin.end()
    await exited
  }
  try {
    await answers(supervisor, () => ping(url))
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

type Supervisor = ChildProcessByStdio<Writable, Readable, null>

async function answers(supervisor: Supervisor, ping: () => Promise<void>): Promise<void> {
  const ended = text(supervisor.stdout).then((ending) => {
    throw new Error(`the server ${ending.trim()}`)
  })
  // Ending later, when it is stopped, is no failure.
  ended.catch(() => {})
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    try {
      return await Promise.race([ping(), ended])
    } catch (error) {
      if (supervisor.exitCode !== null || Date.now() > deadline) throw await lastWord(ended, error)
      await Promise.race([sleep(50), ended])
    }
  }
}

/** The server's own last words say more than a refused connection. */
async function lastWord(ended: Promise<never>, otherwise: unknown): Promise<unknown> {
  return Promise.race([ended.catch((error: unknown) => error), sleep(100, otherwise)])
}
