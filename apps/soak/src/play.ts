import { setTimeout as sleep } from 'node:timers/promises'
import type { Ground } from './grounds/ground'
import type { FaultTally } from './load/faults'
import { LoadProcess } from './load-process'
import type { LoadCounts, Sample } from './look'
import type { Order, StoreName } from './order'
import { type Judgement, judge } from './verdict/verdict'

export interface PlayOptions {
  readonly order: Omit<Order, 'url'>
  /** The load, in one file. */
  readonly file: string
  readonly durationMs: number
  readonly sampleMs: number
  /** Ends the load early; what was measured is judged all the same. */
  readonly signal: AbortSignal
  readonly onSample: (sample: Sample) => void
  /** The load is over, and what it has left behind is waited for. */
  readonly onEnding: () => void
  /** How long to wait, in the end, for what goes by itself. */
  readonly patienceMs: number
}

/** What must be nothing at all in the end. */
export interface Leftover {
  readonly title: string
  readonly left: number
}

/** What was measured of one store, and what is to be said of it. */
export interface Played {
  readonly store: StoreName
  readonly server: string
  readonly durationMs: number
  readonly retentionMs: number
  readonly cleanUpMs: number
  readonly samples: readonly Sample[]
  readonly judgements: readonly Judgement[]
  readonly faults: readonly FaultTally[]
  readonly leftovers: readonly Leftover[]
}

const LOOK_AGAIN_MS = 250

/** Puts a store under load, looks at it from time to time, and lets all end. */
export async function play(ground: Ground, options: PlayOptions): Promise<Played> {
  const { order, file, sampleMs, signal, onSample, onEnding } = options
  const load = new LoadProcess(file, { ...order, url: ground.url })
  try {
    await load.ask('begin')
    const beganAt = performance.now()
    const samples: Sample[] = []
    for (let next = sampleMs; next <= options.durationMs && !signal.aborted; next += sampleMs) {
      await sleep(beganAt + next - performance.now(), undefined, { signal }).catch(() => {})
      if (signal.aborted) break
      const sample = {
        atMs: performance.now() - beganAt,
        ...(await load.ask('look')),
        ...(await ground.look()),
      }
      samples.push(sample)
      onSample(sample)
    }
    onEnding()
    await load.ask('drain')
    const durationMs = performance.now() - beganAt
    const leftovers = await end(load, ground, options)
    const times = { durationMs, retentionMs: order.retentionMs, cleanUpMs: ground.cleanUpMs }
    return {
      store: order.store,
      server: ground.server,
      ...times,
      samples,
      judgements: judge(samples, times),
      faults: await load.ask('faults'),
      leftovers,
    }
  } finally {
    await load.end()
  }
}

/** Nobody waits any more, then nothing is kept any more, then nothing is open any more. */
async function end(
  load: LoadProcess,
  ground: Ground,
  { order: { retentionMs }, patienceMs, signal }: PlayOptions,
): Promise<Leftover[]> {
  const look = async () => ({ ...(await load.ask('count')), ...(await ground.look()) })
  const idle = await untilNone(look, ['listeners', 'watches'], patienceMs)
  // What was begun last may be kept for one retention, and be removed by the second sweep after that.
  const kept = await untilNone(
    async () => {
      await load.ask('sweep')
      return look()
    },
    ['records'],
    // Who ends it early does not want to wait for that.
    signal.aborted ? 0 : 2 * retentionMs + ground.cleanUpMs + patienceMs,
  )
  await load.ask('close')
  const closed = await untilNone(look, ['connections', 'handles', 'timers'], patienceMs)
  const left = (title: string, value: number | undefined) =>
    value === undefined ? [] : [{ title, left: value }]
  return [
    ...left('listeners', idle.listeners),
    ...left('watches', idle.watches),
    ...(signal.aborted ? [] : left('records', kept.records)),
    ...left('connections', closed.connections),
    ...left('handles', closed.handles),
    ...left('timers', closed.timers),
  ]
}

async function untilNone<Look extends LoadCounts>(
  look: () => Promise<Look>,
  of: readonly (keyof Look)[],
  limitMs: number,
): Promise<Look> {
  const endsAt = performance.now() + limitMs
  for (;;) {
    const seen = await look()
    if (performance.now() > endsAt || of.every((each) => !seen[each])) return seen
    await sleep(LOOK_AGAIN_MS)
  }
}
