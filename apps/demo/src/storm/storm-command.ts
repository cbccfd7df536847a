import { SettingsError } from '../settings'
import { StartError } from '../start-error'
import type { StorePlace } from '../stores/store-kind'
import { STORES } from '../stores/stores'
import { progressLine } from './progress-line'
import { scenarioStorm } from './scenario-storm'
import { scenarioHead, scenarioLine } from './scenario-text'
import { runStorm, type StormStore } from './storm'
import { readStormSettings, STORM_HELP, type StormSettings } from './storm-settings'
import { stormText } from './storm-text'

/** Launchers pass on a Ctrl+C that the terminal has sent already: so soon after the first, a signal is its echo. */
const ECHO_MS = 300

/**
 * `storm`: lets one loose on stores that it finds or starts, shows how far it is, then what came of it. Nothing that it
 * started is left when it is done, also when a signal ends it.
 *
 * @param args - what follows `storm` on the command line
 * @returns the exit code: 0 if all of idem's ways were right, 1 if not or if it could not start, 130 or 143 after a signal
 */
export async function stormCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const stopping = stopOnSignals()
  try {
    const settings = readStormSettings(args, env)
    if (settings === 'help') {
      process.stdout.write(STORM_HELP)
      return 0
    }
    return await storm(settings, env, stopping.signal)
  } catch (error) {
    if (stopping.code !== undefined) return stopping.code
    if (!(error instanceof SettingsError || error instanceof StartError)) throw error
    console.error(error.message)
    return 1
  } finally {
    stopping.forget()
  }
}

async function storm(settings: StormSettings, env: NodeJS.ProcessEnv, signal: AbortSignal) {
  const { duplicates, stores, scenarios } = settings
  const colour = process.stdout.isTTY && !env['NO_COLOR']
  const progress = progressLine(process.stderr)
  const places: StorePlace[] = []
  try {
    const located: StormStore[] = []
    for (const name of stores) {
      signal.throwIfAborted()
      const place = await STORES[name].locate(env)
      places.push(place)
      located.push({ name, url: place.url })
      console.log(`${name}: ${place.described}`)
    }
    if (scenarios) return await askScenarios(located, colour, signal)
    const report = await runStorm({ duplicates, stores: located, onProgress: progress.show, signal })
    progress.clear()
    process.stdout.write(stormText(report, colour))
    return report.right ? 0 : 1
  } finally {
    progress.clear()
    await Promise.all(places.map((place) => place.close()))
  }
}

/** A line for each scenario as soon as it is done: the whole takes some seconds on each store. */
async function askScenarios(stores: readonly StormStore[], colour: boolean, signal: AbortSignal) {
  let right = true
  process.stdout.write(scenarioHead())
  for (const store of stores) {
    for await (const row of scenarioStorm(store, signal)) {
      process.stdout.write(scenarioLine(row, colour))
      right &&= row.effects === row.intended
    }
  }
  return right ? 0 : 1
}

/** A signal ends the storm, and the next one this process. */
function stopOnSignals() {
  const stopping = new AbortController()
  const state = { signal: stopping.signal, code: undefined as number | undefined, forget }
  let since = Number.NEGATIVE_INFINITY
  const onSignal = (signal: NodeJS.Signals): void => {
    const code = signal === 'SIGINT' ? 130 : 143
    if (state.code !== undefined && performance.now() - since > ECHO_MS) process.exit(code)
    if (state.code !== undefined) return
    state.code = code
    since = performance.now()
    stopping.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return state

  function forget(): void {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
