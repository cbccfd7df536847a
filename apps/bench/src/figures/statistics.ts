import { median } from '@idem/harness'

/** What many rounds said of one thing: the median, and how far the rounds lie apart. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spread(figures: readonly number[]): Spread {
  return { median: median(figures), min: Math.min(...figures), max: Math.max(...figures) }
}

/**
 * How each round's figure stands to the floor's of the same round. What disturbs the machine for a while disturbs both,
 * and is gone from their ratio.
 */
export function ratios(figures: readonly number[], floor: readonly number[]): readonly number[] {
  if (figures.length !== floor.length) throw new RangeError('each round needs a figure and a floor')
  return figures.map((figure, round) => figure / at(floor, round))
}

function at(figures: readonly number[], index: number): number {
  const figure = figures[index]
  if (figure === undefined) throw new RangeError(`there is no figure ${index}`)
  return figure
}
