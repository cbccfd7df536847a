import { median } from '@idem/harness'
import type { Report, Trial, TrialSettings } from '../program'
import type { Prepared } from '../race/contestant'
import { roundText } from '../race/rounds'
import { firstExecution } from '../work/first-execution'
import { replay } from '../work/replay'
import { sizedAnswer } from '../work/sized-answer'
import { bytesText } from './bytes-text'
import { countRoundTrips } from './count-round-trips'
import { type AtSize, reportSizes } from './report-sizes'
import type { SizedStore } from './sized-store'

export interface SizesOptions {
  readonly name: string
  readonly title: string
  readonly open: () => Promise<SizedStore>
  /** Bytes of answers. */
  readonly sizes: readonly number[]
  /** How many calls of each a round makes. */
  readonly calls: (bytes: number) => number
}

/** How many keys have their answer and are replayed. */
const SETTLED_KEYS = 16

/** What a call costs whose answer is small or large, with nothing beside it. */
export function sizes({ name, title, open, sizes, calls }: SizesOptions): Trial {
  return {
    name,
    title,
    async run(settings): Promise<Report> {
      const store = await open()
      try {
        const measured: AtSize[] = []
        for (const bytes of sizes) {
          measured.push(await measure(store, bytes, calls(bytes), settings))
          await store.tidy()
        }
        return reportSizes({ name, title, server: store.description, sizes: measured })
      } finally {
        await store.close()
      }
    },
  }
}

async function measure(
  store: SizedStore,
  bytes: number,
  calls: number,
  { rounds, signal, progress }: TrialSettings,
): Promise<AtSize> {
  progress(bytesText(bytes), 'preparing')
  const { keys, url } = store
  const answer = sizedAnswer(bytes)
  const text = JSON.stringify(answer)
  const settled = { count: SETTLED_KEYS, text }
  const handler = async () => answer
  const { idem, rawWrites, rawReads } = store.at(url)
  const figures = { rawFirst: [], first: [], rawReplay: [], replay: [] } as {
    [Of in 'rawFirst' | 'first' | 'rawReplay' | 'replay']: number[]
  }
  const opened: Prepared[] = []
  try {
    for (const contestant of [
      firstExecution(rawWrites(text), keys, handler),
      firstExecution(idem, keys, handler),
      rawReads(settled),
      replay(idem, keys, settled),
    ]) {
      opened.push(await contestant.setup())
    }
    const [rawFirst, first, rawReplay, replayed] = opened as [Prepared, Prepared, Prepared, Prepared]
    // Round 0 warms up, and does not count.
    for (let round = 0; round <= rounds; round++) {
      signal.throwIfAborted()
      progress(bytesText(bytes), roundText(round, rounds))
      const firsts = await inTurn(rawFirst, first, calls)
      const replays = await inTurn(rawReplay, replayed, calls)
      if (round === 0) continue
      figures.rawFirst.push(firsts.floor)
      figures.first.push(firsts.other)
      figures.rawReplay.push(replays.floor)
      figures.replay.push(replays.other)
    }
    return { bytes, roundTrips: await countRoundTrips(store, answer), ...figures }
  } finally {
    await Promise.all(opened.map(({ teardown }) => teardown()))
  }
}

/** Median µs of a call: call by call, so that both find the machine as slow as it happens to be. */
async function inTurn(floor: Prepared, other: Prepared, calls: number) {
  const micros = { floor: [] as number[], other: [] as number[] }
  const lanes = [
    { operation: floor.operation, micros: micros.floor },
    { operation: other.operation, micros: micros.other },
  ]
  for (let call = 0; call < calls; call++) {
    for (const { operation, micros } of call % 2 === 0 ? lanes : lanes.toReversed()) {
      const startedAt = performance.now()
      await operation()
      micros.push((performance.now() - startedAt) * 1000)
    }
  }
  return { floor: median(micros.floor), other: median(micros.other) }
}
