import type { Figures } from '../results/figures'
import { RunFailed } from './run'

/** What `chaos --json` writes, as far as it is read here. */
interface ChaosReport {
  readonly replication: readonly string[]
  readonly rounds: number
  readonly histories?: number
  readonly calls?: number
  readonly attempts?: number
  readonly takeovers?: number
  readonly faults?: Readonly<Record<string, number>>
  readonly violations: number
  readonly losses?: Readonly<Record<string, number>>
}

/** What was called, what befell it, and what was lost. */
export function readChaos(json: unknown): Figures {
  const { rounds, histories = 0, calls = 0, attempts = 0, takeovers = 0, ...rest } = json as ChaosReport
  const { faults = {}, losses = {}, violations, replication } = rest
  // Where replication is asynchronous a failover loses what the replica did not have: that is what is counted there.
  const isAsync = replication.includes('async')
  const lost = Object.values(losses).reduce((sum, count) => sum + count, 0)
  if (!isAsync && violations > 0) throw new RunFailed(`${violations} violations`)
  if (histories === 0) throw new RunFailed('no history came to its end')
  return { rounds, histories, calls, attempts, takeovers, violations, lost, losses, faults }
}

/** What `soak --json` writes, as far as it is read here. */
interface SoakReport {
  readonly settings: { readonly rate: number }
  readonly stores: readonly {
    readonly store: string
    readonly durationMs: number
    readonly samples: readonly { readonly scenes: number }[]
    readonly judgements: readonly {
      readonly of: string
      readonly unit: string
      readonly median: number
      readonly growth: number
      readonly verdict: string
    }[]
    readonly leftovers: readonly { readonly left: number }[]
    readonly complaints: readonly string[]
  }[]
}

/** Of each store: how much was done, and what each quantity was, in the middle, and by how much it grew. */
export function readSoak(json: unknown): Figures {
  const { settings, stores } = json as SoakReport
  const each = stores.map(({ store, durationMs, samples, judgements, leftovers, complaints }) => {
    if (complaints.length > 0) throw new RunFailed(`${store}: ${complaints.join('; ')}`)
    const amounts = judgements.map(({ of, unit, median, growth, verdict }) => [
      of,
      { median: shown(median, unit), growth: shown(growth, unit), verdict },
    ])
    const figures: Figures = {
      minutes: Math.round(durationMs / 60_000),
      scenes: samples.at(-1)?.scenes ?? 0,
      left: leftovers.reduce((sum, { left }) => sum + left, 0),
      ...Object.fromEntries(amounts),
    }
    return [store, figures] as const
  })
  if (each.length === 0) throw new RunFailed('no store was soaked')
  return { rate: settings.rate, ...Object.fromEntries(each) }
}

function shown(amount: number, unit: string): string {
  return unit === 'bytes'
    ? `${(amount / 2 ** 20).toFixed(1)} MiB`
    : `${Math.round(amount).toLocaleString('en')}`
}

/** What the simulator prints last, and which bounds it came to the end of. */
export function readSimulator(printed: string): Figures {
  const [, histories, seconds, rate, violations] =
    /^(\d+) histories in (\d+) s, (\d+) a second, (\d+) violations$/m.exec(printed) ?? []
  if (violations !== '0') throw new RunFailed(`${violations ?? 'an unknown number of'} violations`)
  return { histories: Number(histories), seconds: Number(seconds), rate: Number(rate), violations: 0 }
}

/** What the mutation testing writes: a score for each folder. */
export function readScores(json: unknown): Figures {
  const scores = json as Record<string, { readonly score: number; readonly mutants: number }>
  if (Object.keys(scores).length === 0) throw new RunFailed('nothing was mutated')
  return scores as Figures
}
