import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Profiler } from 'node:inspector'
import type { Asked, Order, Told } from './order'

/** An app in a process of its own, so that it shares no event loop with whoever asks it. */
export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** How much time of a processor it has used since it began, in µs. */
  cpuMicros(): Promise<number>
  /** Profiles it until it is told to stop. */
  startProfile(): Promise<{ stop(): Promise<Profiler.Profile> }>
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
  const asked = (question: Asked): Promise<Told> => {
    const answer = told()
    child.send(question)
    return answer
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  try {
    const { port } = await told()
    if (port === undefined) throw new Error(`the server of ${order.app} did not say where it listens`)
    return {
      pid: child.pid as number,
      port,
      async cpuMicros() {
        return (await asked('cpu')).cpuMicros ?? Number.NaN
      },
      async startProfile() {
        await asked('profile')
        return {
          async stop() {
            const { profile } = await asked('profiled')
            if (profile === undefined) throw new Error(`the server of ${order.app} has no profile`)
            return profile
          },
        }
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
