import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fillPage } from './page/fill-page'
import { performRun } from './perform-run'
import { KeptResults } from './results/kept-results'
import { RunFailed } from './runs/run'
import { runs } from './runs/runs'

const HELP = `evidence [run ...]     runs what is named, or everything, keeps what came of it, and writes docs/evidence.md

  --list    the runs there are, how long they take, and when they were last done
  --page    only writes the page, from what is kept
`

const root = fileURLToPath(new URL('../../..', import.meta.url))
const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { list: { type: 'boolean' }, page: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const folder = file('docs/evidence')
  mkdirSync(folder, { recursive: true })
  const kept = new KeptResults(folder)
  if (values.list) {
    const done = kept.names()
    const rows = runs.map(({ name, command, minutes }) => [
      name,
      { 'about, min': minutes, 'last done': done.includes(name) ? kept.get(name).date : '', command },
    ])
    console.table(Object.fromEntries(rows))
    return 0
  }
  const unknown = positionals.find((name) => runs.every((run) => run.name !== name))
  if (unknown !== undefined) throw new TypeError(`there is no run ${unknown}; see --list`)
  const asked = values.page
    ? []
    : runs.filter(({ name }) => positionals.length === 0 || positionals.includes(name))

  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new RunFailed(`ended by ${signal}`)))
  }
  let failed = 0
  for (const [done, run] of asked.entries()) {
    console.log(
      `\n=== ${run.name} (${done + 1} of ${asked.length}, about ${run.minutes} min): ${run.command}`,
    )
    try {
      kept.keep(run.name, await performRun(run, root, stopping.signal))
    } catch (error) {
      if (!(error instanceof RunFailed)) throw error
      console.error(`${run.name}: ${error.message}`)
      if (stopping.signal.aborted) return 130
      // What held once and does not hold now is no evidence.
      kept.drop(run.name)
      failed++
    }
  }
  if (failed > 0) return 1
  const template = readFileSync(new URL('../evidence.md.template', import.meta.url), 'utf8')
  writeFileSync(file('docs/evidence.md'), fillPage(template, kept))
  console.log('docs/evidence.md is written')
  return 0
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  return 2
})
