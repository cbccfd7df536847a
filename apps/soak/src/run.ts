import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine, type Machine, type Progress } from '@idem/harness'
import type { Sample } from './look'
import type { StoreName } from './order'
import type { Played } from './play'
import { plotSoak } from './plot/plot-soak'
import { reportText } from './report'
import type { Settings } from './settings'
import { type Failed, type SoakOptions, soak } from './soak'
import { complaintsOf } from './verdict/complaints'
import { quantityText } from './verdict/quantity-text'

export interface Surroundings {
  readonly machine: Machine
  readonly signal: AbortSignal
  readonly progress: Progress
  readonly print: (text: string) => void
  /** The folder that `--write` puts plots into. */
  readonly docs: string
}

/** A sample every ten seconds, or forty in all, if that is more often. */
const SAMPLE_MS = 10_000
const FEWEST_SAMPLES = 40
/** An answer is kept for two minutes, or, in a short run, so that many of them fit in. */
const RETENTION_MS = 120_000
const RETENTIONS = 12
const LEASE_MS = 15_000
/** Timers of idem outlast what they were set for, until they ring and find nothing: the longest is that of a store's call. */
const PATIENCE_MS = 30_000

/** Soaks what was asked for, reports, writes, and tells whether all is well. */
export async function run(
  settings: Settings,
  { machine, signal, progress, print, docs }: Surroundings,
): Promise<boolean> {
  const { stores, minutes, rate, seed } = settings
  const durationMs = minutes * 60_000
  const options: Omit<SoakOptions, 'onSample' | 'onEnding'> = {
    stores,
    rate,
    seed,
    signal,
    durationMs,
    patienceMs: PATIENCE_MS,
    sampleMs: Math.min(SAMPLE_MS, durationMs / FEWEST_SAMPLES),
    retentionMs: Math.min(RETENTION_MS, durationMs / RETENTIONS),
    leaseMs: Math.min(LEASE_MS, durationMs / RETENTIONS),
  }
  const soaked = await soak({
    ...options,
    onSample: tellOf(minutes, progress),
    onEnding: (store) => progress(`${store}: nothing more begins; what is kept is waited for`),
  })
  const text = [`Soaked on ${describeMachine(machine)}.`, ...soaked.map(reportText)].join('\n\n')
  print(text)
  if (settings.json !== undefined) writeFileSync(settings.json, json(machine, options, soaked))
  if (settings.writePlots) {
    for (const each of soaked) {
      if ('samples' in each) writeFileSync(join(docs, `soak-${each.store}.svg`), plotSoak(each))
    }
  }
  return soaked.every((each) => 'samples' in each && complaintsOf(each).length === 0)
}

/** A stage a minute, with what each store has come to; and in between the same as a detail. */
function tellOf(minutes: number, progress: Progress): SoakOptions['onSample'] {
  const last = new Map<StoreName, Sample>()
  let minute = -1
  let stage = ''
  return (store, sample) => {
    last.set(store, sample)
    const now = [...last].map(([name, each]) => briefly(name, each)).join('; ')
    const at = Math.floor(sample.atMs / 60_000)
    if (at > minute) stage = `minute ${at} of ${minutes}: ${now}`
    minute = Math.max(minute, at)
    progress(stage, now)
  }
}

function briefly(store: StoreName, { scenes, faults, lastFault, heapBytes, records }: Sample): string {
  const kept = records === undefined ? '' : `, ${records} records`
  const last = lastFault === undefined ? '' : ` (${lastFault})`
  return `${store} ${scenes} scenes, ${faults} faults${last}, ${quantityText(heapBytes, 'bytes')}${kept}`
}

/** All that was measured, from which the report and the plots can be made again. */
function json(
  machine: Machine,
  { signal: _, load: __, ...settings }: Omit<SoakOptions, 'onSample' | 'onEnding'>,
  soaked: readonly (Played | Failed)[],
): string {
  const stores = soaked.map((each) =>
    'samples' in each ? { ...each, complaints: complaintsOf(each) } : { ...each, complaints: [each.reason] },
  )
  return `${JSON.stringify({ machine, settings, stores }, null, 1)}\n`
}
