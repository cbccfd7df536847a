import type { ChaosProgress, ChaosReport } from './chaos-options'
import { printReport, printViolation } from './print-report'
import { addReports } from './report'
import { runChaos } from './run-chaos'
import { HELP, readSettings } from './settings'
import { runTransfers } from './transfers/run-transfers'

async function main(args: string[]): Promise<number> {
  const settings = readSettings(args)
  if (settings === 'help') {
    console.log(HELP)
    return 0
  }
  const { target, bank, seed, faults, mayGoOn } = settings
  const server = await target.start()
  if ('reason' in server) throw new TypeError(`no ${target.name} for chaos:\n${server.reason}`)
  try {
    let total: ChaosReport | undefined
    for (let round = 0; mayGoOn(round); round++) {
      const own = seed + round
      const onProgress = (progress: ChaosProgress) => showProgress(progressLine(round, progress))
      const play = { server, seed: own, faults, onProgress }
      const report = await (bank ? runTransfers({ ...play, target: bank }) : runChaos({ ...play, target }))
      showProgress()
      for (const violation of report.violations) console.log(`\n${printViolation(violation, own)}`)
      total = total ? addReports(total, report) : report
      const { elapsedMs, violations } = report
      console.log(
        `round ${round + 1}, seed ${own}: ${Math.round(elapsedMs / 1000)} s, ${violations.length} violations`,
      )
    }
    if (total) console.log(`\n${printReport(total)}`)
    return total?.violations.length === 0 ? 0 : 1
  } finally {
    await server.stop()
  }
}

/** One line that is written over, where there is somebody to see it. */
function showProgress(line = ''): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`)
}

function progressLine(round: number, { elapsedMs, phase, faults }: ChaosProgress): string {
  const { kills, stops, cuts, lostReplies, restarts } = faults
  const told = `${kills} kills, ${stops} stops, ${cuts} cuts, ${lostReplies} lost replies, ${restarts} restarts`
  return `round ${round + 1}, ${phase}, ${(elapsedMs / 1000).toFixed(1)} s: ${told}`
}

const args = process.argv.slice(2).filter((argument) => argument !== '--')
process.exitCode = await main(args).catch((error: unknown) => {
  console.error(error instanceof TypeError ? error.message : error)
  return 2
})
