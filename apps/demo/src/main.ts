import { SimulatedGateway } from './gateway/simulated-gateway'
import { StartError } from './http/server'
import { type RunningService, startService } from './service'
import { readSettings, type Settings, SettingsError } from './settings'
import { helpText, welcomeText } from './start-text'

/** How long running payments may take to finish once the service is told to stop. */
const STOP_WITHIN_MS = 10_000
/** Launchers pass on a Ctrl+C that the terminal has sent already: so soon after the first, a signal is its echo. */
const ECHO_MS = 300

try {
  const settings = readSettings(process.argv.slice(2), process.env)
  if (settings === 'help') process.stdout.write(helpText())
  else await run(settings)
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof StartError)) throw error
  console.error(error.message)
  process.exit(1)
}

async function run(settings: Settings): Promise<void> {
  const { store, close } = await settings.store()
  const service = await startService({
    store,
    gateway: new SimulatedGateway({
      failureRate: settings['failure-rate'],
      delayMs: settings['gateway-delay'],
    }),
    address: { host: settings.host, port: settings.port },
    maxRunning: settings['max-running'],
    maxWaiting: settings['max-waiting'],
    storeTimeoutMs: 2000,
    log: { print: (line) => console.log(line), colour: process.stdout.isTTY && !process.env['NO_COLOR'] },
    report: (error, requestId) => console.error(requestId, error),
  })
  console.log(welcomeText(service))
  stopOnSignal(service, close)
}

function stopOnSignal(service: RunningService, close: () => Promise<void>): void {
  let stoppingSince: number | undefined
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > ECHO_MS) process.exit(signal === 'SIGINT' ? 130 : 143)
      return
    }
    stoppingSince = performance.now()
    console.log(`${signal}: running payments finish, then the service stops; once more stops it at once`)
    const finished = await service.stop(STOP_WITHIN_MS)
    await close()
    console.log(finished ? 'Stopped' : `Stopped with payments unfinished after ${STOP_WITHIN_MS / 1000} s`)
    process.exit(finished ? 0 : 1)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
