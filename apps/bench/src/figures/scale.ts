import { roundStep } from '@idem/harness'

/**
 * `linear` begins at zero, so that nothing looks flatter or steeper than it is; `log` is for figures of which the least would
 * be lost beside the greatest.
 */
export type Scale = 'linear' | 'log'

export interface Scaled {
  /** Figures at which there is a line to read from. */
  readonly ticks: readonly number[]
  /** Where a figure lies: 0 at the bottom, 1 at the top. What lies beyond the edge ends there. */
  height(figure: number): number
}

/** A scale on which all these figures are to be seen. */
export function scaleOf(scale: Scale, figures: readonly number[]): Scaled {
  return scale === 'log' ? logarithmic(figures) : linear(figures)
}

function linear(figures: readonly number[]): Scaled {
  const step = roundStep(Math.max(...figures, 1) * 1.25)
  return {
    ticks: [0, 1, 2, 3, 4, 5].map((row) => row * step),
    height: (figure) => within(figure / (step * 5)),
  }
}

function logarithmic(figures: readonly number[]): Scaled {
  const lowest = Math.floor(Math.log10(Math.min(...figures)))
  const decades = Math.max(Math.ceil(Math.log10(Math.max(...figures))) - lowest, 1)
  return {
    ticks: Array.from({ length: decades + 1 }, (_, decade) => 10 ** (lowest + decade)),
    height: (figure) => within((Math.log10(figure) - lowest) / decades),
  }
}

const within = (height: number): number => Math.min(Math.max(height, 0), 1)
