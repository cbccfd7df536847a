import { ratio } from './number-text'
import { ratios, spread } from './statistics'

/** The median of the rounds' ratios to the floor of the same round, and the least and the greatest of them. */
export function ratioText(figures: readonly number[], floor: readonly number[]): string {
  const { median, min, max } = spread(ratios(figures, floor))
  // The floor's own, which is 1 by definition.
  if (min === 1 && max === 1) return ratio(1)
  return `**${ratio(median)}** (${ratio(min)}–${ratio(max)})`
}
