import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessUser } from '../unprivileged-user'
import { Supervision } from './supervision'

export interface ServerCommand {
  readonly url: string
  readonly command: string
  readonly args: readonly string[]
  readonly stopSignal: NodeJS.Signals
  /** Run after the server has ended. */
  readonly cleanup?: readonly string[]
  /** Whether the server starts processes of its own, which are to be killed and paused with it. */
  readonly hasFamily?: boolean
  /** Whether it is run as whoever we are, and becomes the user of its place by itself. */
  readonly changesUser?: boolean
  /** Resolves once the server at `url` answers. */
  readonly ping: (url: string) => Promise<void>
}

export interface ServerPlace {
  /** A fresh folder of the server's own; it is removed with the server. */
  readonly directory: string
  readonly user?: ProcessUser | undefined
}

export type Prepare = (place: ServerPlace) => Promise<ServerCommand>

/**
 * Makes a fresh folder, lets `prepare` fill it and say what to run, and resolves when that answers.
 * Rejects, and leaves nothing behind, when it does not.
 */
export async function superviseFrom(
  prepare: Prepare,
  options: { readonly user: ProcessUser | undefined; readonly restartable: boolean },
): Promise<{ readonly url: string; readonly supervision: Supervision; answers(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'idem-test-'))
  const { user } = options
  let plan: ServerCommand
  try {
    if (user) chownSync(directory, user.uid, user.gid)
    plan = await prepare({ directory, user })
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }

  const { url, ping, changesUser, ...command } = plan
  const runAs = changesUser ? undefined : user
  const supervision = new Supervision({ ...command, directory, ...options, user: runAs })
  const answers = () => supervision.answers(() => ping(url))
  try {
    await answers()
  } catch (error) {
    await supervision.stop()
    throw error
  }
  return { url, supervision, answers }
}
