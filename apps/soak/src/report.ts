import type { Played } from './play'
import type { Failed } from './soak'
import { complaintsOf } from './verdict/complaints'
import { quantityText } from './verdict/quantity-text'

/** What is to be said of one store, as Markdown. */
export function reportText(soaked: Played | Failed): string {
  if ('reason' in soaked) return `### ${soaked.store}\n\nNot soaked: ${soaked.reason}`
  const { store, server, durationMs, samples, judgements, leftovers } = soaked
  const rows = judgements.map(({ title, unit, median, growth, allowed, verdict }) => {
    const text = (value: number) => quantityText(value, unit)
    return `| ${title} | ${text(median)} | ${text(growth)} | ${text(allowed)} | ${verdict} |`
  })
  const last = samples.at(-1)
  const complaints = complaintsOf(soaked)
  const ends = leftovers.map(({ title, left }) => `${left} ${title}`).join(', ')
  return [
    `### ${store}`,
    `${server}; ${(durationMs / 60_000).toFixed(1)} minutes, ${last?.scenes.toLocaleString('en-US') ?? 'no'} scenes, ` +
      `${last?.faults ?? 0} of which did not go as they must.`,
    ['| | median | grew by | may grow by | |', '|---|---|---|---|---|', ...rows].join('\n'),
    `In the end: ${ends}.`,
    complaints.length === 0 ? 'All is well.' : complaints.map((each) => `- **${each}**`).join('\n'),
  ].join('\n\n')
}
