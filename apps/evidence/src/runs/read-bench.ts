import { median } from '@idem/harness'
import type { Figures } from '../results/figures'
import { RunFailed } from './run'

/** What `bench --json` writes, as far as it is read here. */
interface Measured {
  readonly programs: readonly {
    readonly program: string
    readonly trials: readonly { readonly name: string; readonly figures: unknown }[]
  }[]
}

interface Race {
  readonly shownAs: 'rate' | 'time'
  readonly finishes: readonly Finish[]
}

interface Finish {
  readonly name: string
  readonly levels: readonly { readonly inFlight: number; readonly rates: readonly number[] }[]
}

interface Crowds {
  readonly crowd: { readonly keys: number; readonly callers: number }
  readonly tallies: readonly { readonly name: string; readonly tallies: readonly Tally[] }[]
}

interface Growth {
  readonly sizes: readonly {
    readonly records: number
    readonly grown: readonly Latency[]
    readonly small: readonly Latency[]
  }[]
}

type Latency = Readonly<Record<'claim' | 'replay', number>>

type Tally = Readonly<Record<'runs' | 'same' | 'different' | 'refused', number>>

/**
 * Of each trial of each program: in a race, how each contestant stands to the floor at each number in flight, as the median
 * of the rounds' ratios, or how many microseconds a call takes; in a crowd, how often the handler ran and how many callers
 * got its answer; where a store grows, how a call at each size stands to the same among few records.
 */
export function readBench(json: unknown): Figures {
  const { programs } = json as Measured
  const entries = programs.map(({ program, trials }) => {
    const read = trials.flatMap(({ name, figures }) => {
      const has = (key: string) => typeof figures === 'object' && figures !== null && key in figures
      if (has('finishes')) return [[name, readRace(figures as Race)] as const]
      if (program === 'growth') return [[name, readGrowth(figures as Growth)] as const]
      if (has('tallies')) return [[name, readCrowds(figures as Crowds)] as const]
      return []
    })
    return [program, Object.fromEntries(read)] as const
  })
  if (entries.length === 0) throw new RunFailed('nothing was measured')
  return Object.fromEntries(entries)
}

function readRace({ shownAs, finishes }: Race): Figures {
  const [floor] = finishes
  const ofFinish = ({ levels }: Finish): Figures => {
    if (shownAs === 'time') {
      const micros = median((levels[0]?.rates ?? []).map((rate) => 1e6 / rate))
      return { micros: micros >= 100 ? Math.round(micros) : micros.toPrecision(3) }
    }
    return Object.fromEntries(
      levels.map(({ inFlight, rates }, level) => {
        const floors = floor?.levels[level]?.rates ?? []
        const ratio = median(rates.map((rate, round) => rate / (floors[round] ?? Number.NaN)))
        return [`${inFlight}`, ratio.toFixed(ratio >= 10 ? 1 : 2)]
      }),
    )
  }
  return Object.fromEntries(finishes.map((finish) => [finish.name, ofFinish(finish)]))
}

function readCrowds({ crowd, tallies }: Crowds): Figures {
  const range = (of: readonly Tally[], key: keyof Tally): string => {
    const counts = of.map((tally) => tally[key])
    const [least, most] = [Math.min(...counts), Math.max(...counts)]
    return least === most ? `${least}` : `${least} to ${most}`
  }
  const ofEach = tallies.map(({ name, tallies: rounds }) => {
    const runs = range(rounds, 'runs')
    const same = range(rounds, 'same')
    const isIdem = name === 'idem' || name.startsWith('idem,')
    if (isIdem && (runs !== `${crowd.keys}` || same !== `${crowd.keys * crowd.callers}`)) {
      throw new RunFailed(
        `${name}: ${runs} runs of ${crowd.keys} keys, ${same} of ${crowd.keys * crowd.callers} answers`,
      )
    }
    return [
      name,
      { runs, same, different: range(rounds, 'different'), refused: range(rounds, 'refused') },
    ] as const
  })
  return Object.fromEntries(ofEach)
}

function readGrowth({ sizes }: Growth): Figures {
  const ofSize = ({ records, grown, small }: Growth['sizes'][number]) => {
    const ratioOf = (call: keyof Latency) =>
      median(grown.map((each, round) => each[call] / (small[round]?.[call] ?? Number.NaN))).toFixed(2)
    return [`${records}`, { claim: ratioOf('claim'), replay: ratioOf('replay') }] as const
  }
  return Object.fromEntries(sizes.map(ofSize))
}
