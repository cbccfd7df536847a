import cluster from 'node:cluster'
import { work } from './processes/worker'
import { readSettings, SettingsError } from './settings'
import { start } from './start'
import { StartError } from './start-error'
import { helpText, welcomeText } from './start-text'
import { stopOnSignal } from './stop-on-signal'

if (cluster.isWorker) work()
else await main()

async function main(): Promise<void> {
  try {
    const settings = readSettings(process.argv.slice(2), process.env)
    if (settings === 'help') {
      process.stdout.write(helpText())
      return
    }
    const running = await start(settings)
    console.log(welcomeText(running))
    stopOnSignal(running)
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof StartError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
