import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bench, type Measured, type Surroundings } from './bench'
import { withTables } from './readme'
import type { BenchSettings } from './settings'

export interface Outputs {
  readonly print: (text: string) => void
  /** The document that `--write-readme` is about. */
  readonly readme: string
  /** The folder that `--write` puts plots into. */
  readonly docs: string
}

/** Measures what was asked for, and prints, writes and keeps it as soon as each program is done. */
export async function run(
  settings: BenchSettings,
  surroundings: Surroundings,
  { print, readme, docs }: Outputs,
): Promise<void> {
  const measured: Measured[] = []
  for await (const each of bench(settings, surroundings)) {
    print(`${each.text}\n`)
    measured.push(each)
    if (settings.writeReadme) {
      writeFileSync(readme, withTables(readFileSync(readme, 'utf8'), each.program, each.text))
    }
    for (const { name, svg } of each.plots) writeFileSync(join(docs, `${name}.svg`), svg)
    if (settings.json !== undefined) {
      const programs = measured.map(({ text: _, plots: __, ...figures }) => figures)
      const { rounds, inFlight, turnMs } = settings
      const all = { machine: surroundings.machine, rounds, inFlight, turnMs, programs }
      writeFileSync(settings.json, `${JSON.stringify(all, null, 2)}\n`)
    }
  }
}
