import { amount } from '../figures/number-text'
import { plot } from '../figures/plot'
import { ratioText } from '../figures/ratio-text'
import { spread } from '../figures/statistics'
import { renderTable } from '../figures/table'
import type { Report, Trial, TrialSettings } from '../program'
import { roundText } from '../race/rounds'
import type { GrownStore } from './grown-store'
import { type Latency, latenciesOf } from './latency'
import { type LastStep, whyNotGrow } from './why-not-grow'

/** Two stores on one kind of server, one of which is grown; the other shows what the machine does meanwhile. */
export interface Ground {
  /** The server and its version. */
  readonly server: string
  readonly mark: string
  readonly grown: GrownStore
  readonly small: GrownStore
  close(): Promise<void>
}

export interface GrowthOptions {
  readonly name: string
  readonly title: string
  readonly open: () => Promise<Ground>
  /** How far at most, whatever the settings say. */
  readonly most: number
}

/** What was measured at one size, a figure a round. */
interface Size {
  readonly records: number
  readonly bytes: number
  /** How many of the records were made for it, and in how many ms. */
  readonly made: number
  readonly madeInMs: number
  readonly grown: readonly Latency[]
  readonly small: readonly Latency[]
}

const SMALL = 1000

/** Whether a call takes longer where there are more records. */
export function growth({ name, title, open, most }: GrowthOptions): Trial {
  return {
    name,
    title,
    async run(settings): Promise<Report> {
      const ground = await open()
      try {
        await grow(ground.small, 0, SMALL, settings)
        const sizes: Size[] = []
        let last: LastStep | undefined
        let leftOut: string | undefined
        for (let next = SMALL; next <= Math.min(most, settings.records); next *= 10) {
          const why = last && whyNotGrow(next, last)
          if (why !== undefined) {
            leftOut = `Without ${whole(next)} records: ${why}.`
            break
          }
          last = await grow(ground.grown, last?.records ?? 0, next, settings)
          const { bytes, made, madeInMs } = last
          sizes.push({ records: next, bytes, made, madeInMs, ...(await measure(ground, next, settings)) })
        }
        return report(name, title, ground.server, sizes, leftOut)
      } finally {
        await ground.close()
      }
    },
  }
}

async function grow(
  store: GrownStore,
  from: number,
  to: number,
  { signal, progress }: TrialSettings,
): Promise<LastStep> {
  const stage = `growing to ${whole(to)} records`
  progress(stage)
  const startedAt = performance.now()
  await store.fill(from, to, { signal, filled: (records) => progress(stage, whole(records)) })
  progress(stage, 'settling')
  await store.settle()
  const madeInMs = performance.now() - startedAt
  const { taken, free } = await store.space()
  return { records: to, bytes: taken, freeBytes: free, made: to - from, madeInMs }
}

async function measure(
  ground: Ground,
  records: number,
  { rounds, signal, progress }: TrialSettings,
): Promise<Pick<Size, 'grown' | 'small'>> {
  const figures = { grown: [] as Latency[], small: [] as Latency[] }
  const grown = { store: ground.grown, records }
  const small = { store: ground.small, records: SMALL }
  // Round 0 warms up, and does not count.
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted()
    progress(`${whole(records)} records`, roundText(round, rounds))
    const [of, ofSmall] = await latenciesOf([grown, small], ground.mark)
    if (round === 0 || of === undefined || ofSmall === undefined) continue
    figures.grown.push(of)
    figures.small.push(ofSmall)
  }
  return figures
}

function report(
  name: string,
  title: string,
  server: string,
  sizes: readonly Size[],
  leftOut: string | undefined,
): Report {
  const rows = sizes.map((size) => [
    whole(size.records),
    ...cells(size, 'claim'),
    ...cells(size, 'replay'),
    amount(size.bytes / size.records),
  ])
  const heading = ['records', 'claim, µs', '× small', 'replay, µs', '× small', 'bytes a record']
  const text = [`${server}.`, renderTable({ heading, rows }), ...(leftOut === undefined ? [] : [leftOut])]
  const line = (of: keyof Latency) => ({
    name: of,
    points: sizes.map(({ records, grown }) => ({ x: records, ...spread(grown.map((each) => each[of])) })),
  })
  const svg = plot({
    title: `${title}: one call, by records in the store`,
    lines: [line('claim'), line('replay')],
  })
  return {
    text: text.join('\n\n'),
    figures: { server, sizes, leftOut },
    plot: { name: `growth-${name}`, svg },
  }
}

function cells({ grown, small }: Size, of: keyof Latency): string[] {
  const figures = grown.map((each) => each[of])
  const floor = small.map((each) => each[of])
  return [amount(spread(figures).median), ratioText(figures, floor)]
}

const whole = (number: number): string => number.toLocaleString('en-US')
