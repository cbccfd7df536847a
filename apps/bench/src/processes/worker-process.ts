import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Told, TurnDone, TurnOrder, WorkerOrder } from './order'

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly pid: number
  /** @throws what an operation threw there */
  turn(order: TurnOrder): Promise<TurnDone>
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

/** Beyond the length of its turn. */
const PATIENCE_MS = 60_000

/** Resolves when it is ready to work. @throws if it does not come to that */
export async function startWorker(file: string, order: WorkerOrder): Promise<WorkerProcess> {
  // It ends by itself when the channel does: also when this process is killed.
  const child = fork(file, [JSON.stringify(order)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const told = async (patienceMs: number): Promise<TurnDone | 'ready'> => {
    const gone = ended.then(() => {
      throw new Error(`worker ${order.worker} has ended`)
    })
    const timeout = AbortSignal.timeout(patienceMs)
    const [message] = await Promise.race([once(child, 'message', { signal: timeout }), gone])
    const answer = message as Told
    if ('failed' in answer) throw new Error(`worker ${order.worker}: ${answer.failed}`)
    return answer.done
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  try {
    await told(PATIENCE_MS)
    return {
      pid: child.pid as number,
      async turn(turn) {
        const done = told(turn.turnMs + PATIENCE_MS)
        child.send(turn)
        return (await done) as TurnDone
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
