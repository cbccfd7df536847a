import type { Gateway } from './gateway/gateway'
import { readSettings, SettingsError } from './settings'
import { start } from './start'
import { StartError } from './start-error'
import { helpText, welcomeText } from './start-text'
import { stopOnSignal } from './stop-on-signal'
import { stormCommand } from './storm/storm-command'

/**
 * Starts the service as the command line and the environment say, until a signal stops it.
 *
 * @param gateway - charges the cards, in place of one that is simulated as the settings say
 */
export async function run(gateway?: Gateway): Promise<void> {
  try {
    const [first, ...rest] = process.argv.slice(2)
    if (first === 'storm') {
      process.exitCode = await stormCommand(rest, process.env)
      return
    }
    const settings = readSettings(process.argv.slice(2), process.env)
    if (settings === 'help') {
      process.stdout.write(helpText())
      return
    }
    const running = await start(settings, gateway)
    console.log(welcomeText(running))
    stopOnSignal(running)
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof StartError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
