import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { jsonReport } from './json-report'
import { printReport, printViolation } from './print-report'
import { progressOn } from './progress'
import { runRounds } from './run-rounds'
import { HELP, readSettings } from './settings'

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

async function main(args: string[]): Promise<number> {
  const settings = readSettings(args)
  if (settings === 'help') {
    console.log(HELP)
    return 0
  }
  const stopping = new AbortController()
  let interrupted: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // A second one ends the program as it is; what it has started ends with it.
    process.once(signal, () => {
      interrupted = EXIT_CODES[signal]
      stopping.abort(new Error(`ended by ${signal}`))
    })
  }
  const startedAt = new Date()
  const progress = progressOn(process.stderr)
  console.log(
    `${settings.target.name}, replication ${settings.replication.join(' and ')}, seed ${settings.seed}`,
  )
  const report = await runRounds(settings, {
    signal: stopping.signal,
    onProgress: progress.tell,
    onRound(round, { seed, elapsedMs, violations }) {
      progress.clear()
      for (const violation of violations) console.log(`\n${printViolation(violation, seed)}`)
      const seconds = Math.round(elapsedMs / 1000)
      console.log(`round ${round}, seed ${seed}: ${seconds} s, ${violations.length} violations`)
    },
  })
  progress.clear()
  const { rounds, total, leftOut } = report
  if (interrupted !== undefined) console.log(`\nended early, after ${rounds} rounds`)
  if (total) console.log(`\n${printReport(total, leftOut)}`)
  if (settings.json !== undefined) {
    // The root's script goes into this package's folder; pnpm says where it was called.
    const file = resolve(process.env['INIT_CWD'] ?? '.', settings.json)
    await writeFile(file, jsonReport(settings, report, { startedAt, args }))
  }
  if (total && total.violations.length > 0) return 1
  return interrupted ?? 0
}

const args = process.argv.slice(2).filter((argument) => argument !== '--')
process.exitCode = await main(args).catch((error: unknown) => {
  console.error(error instanceof TypeError ? error.message : error)
  return 2
})
