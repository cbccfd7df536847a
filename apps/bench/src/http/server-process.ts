import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Order, Told } from './order'

/** An app in a process of its own, so that it shares no event loop with whoever asks it. */
export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** How much time of a processor it has used since it began, in µs. */
  cpuMicros(): Promise<number>
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

const PATIENCE_MS = 20_000

/** @throws if it does not come to listen */
export async function startServer(file: string, order: Order): Promise<ServerProcess> {
  // It ends by itself when the channel does: also when this process is killed.
  const child = fork(file, [JSON.stringify(order)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const told = async (): Promise<Told> => {
    const timeout = AbortSignal.timeout(PATIENCE_MS)
    const gone = ended.then(() => {
      throw new Error(`the server of ${order.app} has ended`)
    })
    const [message] = await Promise.race([once(child, 'message', { signal: timeout }), gone])
    return message as Told
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  try {
    const first = await told()
    if (!('port' in first)) throw new Error(`the server of ${order.app} did not say where it listens`)
    return {
      pid: child.pid as number,
      port: first.port,
      async cpuMicros() {
        const answer = told()
        child.send('cpu')
        const { cpuMicros } = (await answer) as Told & { readonly cpuMicros: number }
        return cpuMicros
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
