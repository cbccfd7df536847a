import type { Played } from '../play'
import { quantityText } from './quantity-text'

/** All that is wrong, a sentence each; none if all is well. */
export function complaintsOf({ judgements, faults, leftovers, samples }: Played): string[] {
  return [
    ...judgements
      .filter(({ verdict }) => verdict === 'grows')
      .map(({ title, unit, growth, allowed, median }) => {
        const text = (value: number) => quantityText(value, unit)
        return `${title} grows: by ${text(growth)}, of which ${text(allowed)} are allowed, around ${text(median)}`
      }),
    ...leftovers
      .filter(({ left }) => left > 0)
      .map(({ title, left }) => `${left} ${title} are left in the end`),
    ...faults.map(({ scene, message, times }) => `${scene}, ${times} times: ${message}`),
    ...(samples.at(-1)?.scenes ? [] : ['nothing was played']),
  ]
}
