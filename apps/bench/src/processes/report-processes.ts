import { amount } from '../figures/number-text'
import { plot } from '../figures/plot'
import { ratioText } from '../figures/ratio-text'
import { spread } from '../figures/statistics'
import { renderTable } from '../figures/table'
import type { Report } from '../program'
import type { Meter } from './meter'
import { KINDS, type Kind } from './order'
import type { Together } from './together'

/** So many processes with calls of one kind, round for round. */
export interface Lane {
  readonly count: number
  readonly kind: Kind
  readonly rounds: Together[]
}

export interface Presentation {
  readonly name: string
  readonly title: string
  readonly server: string
  readonly counts: Meter['counts']
  /** Those of a kind begin with what the others are compared to. */
  readonly lanes: readonly Lane[]
}

const whole = ({ server, clients }: Together): number => server + clients

export function reportProcesses({ name, title, server, counts, lanes }: Presentation): Report {
  const kinds = Object.keys(KINDS) as Kind[]
  const rows = kinds.flatMap((kind) => {
    const own = lanes.filter((lane) => lane.kind === kind)
    return own.map(({ count, rounds }) => [
      `${KINDS[kind]}, ${count} ${count === 1 ? 'process' : 'processes'}`,
      ...(['rate', 'server', 'clients'] as const).map((of) =>
        amount(spread(rounds.map((round) => round[of])).median),
      ),
      amount(spread(rounds.map(whole)).median),
      ratioText(rounds.map(whole), own[0]?.rounds.map(whole) ?? []),
    ])
  })
  const first = `× ${lanes[0]?.count === 1 ? 'one process' : `${lanes[0]?.count} processes`}`
  const heading = ['', 'calls a second', "the server's µs", "the clients' µs", 'µs in all', first]
  const lines = kinds.map((kind) => ({
    name: KINDS[kind],
    points: lanes
      .filter((lane) => lane.kind === kind)
      .map(({ count, rounds }) => ({ x: count, ...spread(rounds.map(whole)) })),
  }))
  const svg = plot({ title: `${title}: processor time of one call, by processes at work`, lines })
  return {
    text: [`${server}.${countedText(counts)}`, renderTable({ heading, rows }), duplicatesText(lanes)].join(
      '\n\n',
    ),
    figures: { server, counts, lanes },
    plot: { name: `processes-${name}`, svg },
  }
}

const countedText = (counts: Meter['counts']): string =>
  counts === 'the server' ? '' : " The server's µs are those of the machine, but for the clients'."

function duplicatesText(lanes: readonly Lane[]): string {
  const rounds = lanes.filter(({ kind }) => kind === 'duplicates').flatMap(({ rounds }) => rounds)
  const sum = (of: 'keys' | 'runs' | 'torn') =>
    rounds.reduce((total, round) => total + round[of], 0).toLocaleString('en-US')
  return `Of ${sum('keys')} keys that all processes called at once, handlers ran ${sum('runs')} times; ${sum('torn')} keys had more than one answer.`
}
