import type { Running } from './start'

/** How long running payments may take to finish once the service is told to stop. */
export const STOP_WITHIN_MS = 10_000
/** Launchers pass on a Ctrl+C that the terminal has sent already: so soon after the first, a signal is its echo. */
const ECHO_MS = 300

/** Stops the service, and ends this process, when it is told to by Ctrl+C or SIGTERM. */
export function stopOnSignal(running: Pick<Running, 'stop' | 'abort'>): void {
  let stoppingSince: number | undefined
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince <= ECHO_MS) return
      running.abort()
      process.exit(signal === 'SIGINT' ? 130 : 143)
    }
    stoppingSince = performance.now()
    console.log(`${signal}: running payments finish, then the service stops; once more stops it at once`)
    const finished = await running.stop(STOP_WITHIN_MS)
    console.log(finished ? 'Stopped' : `Stopped with payments unfinished after ${STOP_WITHIN_MS / 1000} s`)
    process.exit(finished ? 0 : 1)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
