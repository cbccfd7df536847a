import type { TestServer } from '../test-server'
import type { ProcessUser } from '../unprivileged-user'
import { type Prepare, superviseFrom } from './supervise-from'

/**
 * A server that one test has for itself, and may treat as badly as it likes. What is asked of it
 * is done in the order in which it was asked.
 */
export interface PrivateServer extends TestServer {
  readonly port: number
  /** Kills it with SIGKILL and resolves when it has ended. One that does not run is left as it is. */
  kill(): Promise<void>
  /**
   * Starts it again, at the same port and in the same folder, and resolves when it answers. One
   * that still runs is killed first.
   *
   * @throws {Error} with the server's last words, when it does not come up.
   */
  restart(): Promise<void>
  /** Stops it with SIGSTOP: connections stay open, and nobody answers. */
  pause(): Promise<void>
  /** Lets it go on (SIGCONT). */
  resume(): Promise<void>
}

/** A server that can be killed, restarted and paused, until it is stopped or its asker is gone. */
export async function startPrivate(
  prepare: Prepare,
  user?: ProcessUser,
): Promise<Omit<PrivateServer, 'source'>> {
  const { url, supervision, answers } = await superviseFrom(prepare, { user, restartable: true })

  let last: Promise<void> = Promise.resolve()
  const inTurn = (act: () => Promise<void>) => () => {
    const turn = last.then(act)
    last = turn.catch(() => {})
    return turn
  }
  return {
    url,
    port: Number(new URL(url).port),
    kill: inTurn(() => supervision.order('kill')),
    pause: inTurn(() => supervision.order('pause')),
    resume: inTurn(() => supervision.order('resume')),
    restart: inTurn(async () => {
      await supervision.order('kill')
      await supervision.order('start')
      await answers()
    }),
    // Out of turn: a restart that is under way gives up.
    stop: () => supervision.stop(),
  }
}
