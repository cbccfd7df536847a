import { describeMachine, type Machine, type Progress } from '@idem/harness'
import { NoServer } from './no-server'
import type { Plot, Program, Report } from './program'
import { pictureOf } from './readme'
import { type BenchSettings, SettingsError } from './settings'

/** What was measured of a program. */
export interface Measured {
  readonly program: string
  readonly server?: string | undefined
  readonly trials: readonly (Pick<Report, 'figures'> & { readonly name: string; readonly title: string })[]
  readonly plots: readonly Plot[]
  /** All tables, with machine and date, as Markdown. */
  readonly text: string
}

export interface Surroundings {
  readonly programs: readonly Program[]
  readonly machine: Machine
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Is told what could not be measured, and why. */
  readonly leaveOut: (what: string, why: string) => void
}

/**
 * Runs what was asked for, one program after another, but for that whose server cannot be had.
 *
 * @throws SettingsError if there is no such thing
 */
export async function* bench(
  settings: BenchSettings,
  { programs, ...surroundings }: Surroundings,
): AsyncGenerator<Measured> {
  for (const asked of settings.asked) {
    if (!programs.some(({ name }) => name === asked.split('/')[0])) {
      throw new SettingsError(
        `there is no ${asked}; there are ${programs.map(({ name }) => name).join(', ')}`,
      )
    }
  }
  for (const program of programs) {
    const asked = settings.asked.filter((each) => each.split('/')[0] === program.name)
    if (settings.asked.length > 0 && asked.length === 0) continue
    const measured = await orLeftOut(program.name, surroundings, () =>
      measure(program, asked, settings, surroundings),
    )
    if (measured !== undefined && measured.trials.length > 0) yield measured
  }
}

async function measure(
  program: Program,
  asked: readonly string[],
  settings: BenchSettings,
  surroundings: Omit<Surroundings, 'programs'>,
): Promise<Measured> {
  const { machine, signal, progress } = surroundings
  const { server, trials, close } = await program.open()
  try {
    for (const each of asked) {
      const trial = each.split('/')[1]
      if (trial !== undefined && !trials.some(({ name }) => name === trial)) {
        const names = trials.map(({ name }) => `${program.name}/${name}`)
        throw new SettingsError(`there is no ${each}; there are ${names.join(', ')}`)
      }
    }
    const all = asked.length === 0 || asked.includes(program.name)
    const wanted = trials.filter(({ name }) => all || asked.includes(`${program.name}/${name}`))
    const where = `${describeMachine(machine)}${server === undefined ? '' : `, ${server}`}`
    const lines = [`Measured on ${where}; ${settings.rounds} rounds in turn.`]
    const plots: Plot[] = []
    const done: { name: string; title: string; figures: unknown }[] = []
    for (const { name, title, run } of wanted) {
      const what = `${program.name}/${name}`
      const report = await orLeftOut(what, surroundings, () =>
        run({ ...settings, signal, progress: (stage, detail) => progress(`${what}: ${stage}`, detail) }),
      )
      if (report === undefined) continue
      lines.push(`### ${program.title}: ${title}`)
      if (report.plot && settings.writePlots) {
        lines.push(pictureOf(report.plot, `${program.title}: ${title}`))
        plots.push(report.plot)
      }
      lines.push(report.text)
      done.push({ name, title, figures: report.figures })
    }
    return { program: program.name, server, trials: done, plots, text: lines.join('\n\n') }
  } finally {
    await close()
  }
}

async function orLeftOut<Result>(
  what: string,
  { leaveOut }: Pick<Surroundings, 'leaveOut'>,
  run: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof NoServer)) throw error
    leaveOut(what, error.message)
    return undefined
  }
}
