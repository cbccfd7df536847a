import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine, progressOn } from '@idem/harness'
import { PROGRAMS } from './programs/programs'
import { run } from './run'
import { HELP, readSettings, SettingsError } from './settings'

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exitCode = EXIT_CODES[signal]
    stopping.abort(new Error(`ended by ${signal}`))
  })
}
const progress = progressOn(process.stderr)

try {
  const settings = readSettings(process.argv.slice(2))
  if (settings === 'help') console.log(HELP)
  else {
    // The root's script goes into this package's folder; pnpm says where it was called.
    const json = settings.json && resolve(process.env['INIT_CWD'] ?? '.', settings.json)
    await run(
      { ...settings, json },
      {
        programs: PROGRAMS,
        machine: machine(),
        signal: stopping.signal,
        progress: progress.tell,
        leaveOut(what, why) {
          progress.end()
          console.error(`LEFT OUT: ${what}: ${why}`)
          process.exitCode = 1
        },
      },
      {
        readme: fileURLToPath(new URL('../README.md', import.meta.url)),
        docs: fileURLToPath(new URL('../../../docs', import.meta.url)),
        print(text) {
          progress.end()
          console.log(text)
        },
      },
    )
  }
} catch (error) {
  progress.end()
  const isExpected = error instanceof SettingsError || stopping.signal.aborted
  console.error(isExpected ? (error as Error).message : error)
  process.exitCode ??= 1
}
