import { figureAt } from '../results/figures'
import { NotRun } from '../results/kept-results'
import type { Result } from '../results/result'
import { countTests } from './count-tests'

/** Where results are found. */
export interface Results {
  /** @throws NotRun if the run has none */
  get(run: string): Result
}

/**
 * The page, with a figure from the run that has shown it in each place that asks for one:
 *
 * - `{{tests PATH ...}}`: how many tests passed in the files whose paths begin so. A path may leave out `packages/`, and
 *   whatever it has in common with the one before: `core/test/cache sharing` is two files of a folder.
 * - `{{RUN command}}`, `{{RUN date}}`, `{{RUN machine}}`: of a run.
 * - `{{RUN NAME ...}}`: a figure of it; names with spaces stand in quotation marks.
 * - `{{runs}}`: a table of all runs that the page speaks of.
 * - `{{missing}}`: those that it would speak of, had they been run.
 *
 * Nothing stands on the page that was not run: rows of tables, paragraphs, and then headings with nothing under them are
 * left out with the figures that they miss.
 *
 * @throws if a run has no such figure
 */
export function fillPage(template: string, results: Results): string {
  const used = new Set<string>()
  const missing = new Set<string>()
  const result = (run: string): Result => {
    const found = results.get(run)
    used.add(run)
    return found
  }
  const fill = (text: string): string | undefined => {
    try {
      return text.replace(/\{\{(?!(?:runs|missing)\}\})([^{}]+)\}\}/g, (_, asked: string) =>
        figure(asked, result),
      )
    } catch (error) {
      if (!(error instanceof NotRun)) throw error
      missing.add(error.run)
      return undefined
    }
  }
  const blocks = template.split(/\n{2,}/).flatMap((block) => filledBlock(block, fill))
  return withoutEmptySections(blocks)
    .join('\n\n')
    .replace('{{runs}}', () => runsTable([...used].sort(), result))
    .replace(
      '{{missing}}',
      () =>
        [...missing]
          .sort()
          .map((run) => `\`${run}\``)
          .join(', ') || 'none',
    )
}

function figure(asked: string, result: (run: string) => Result): string {
  const words = [...asked.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
  const [run = '', ...path] = words
  if (run === 'tests' && path.some((word) => word.includes('/'))) return countTests(result(run).figures, path)
  const { figures, ...about } = result(run)
  const [name = ''] = path
  return name === 'command' || name === 'date' || name === 'machine' ? about[name] : figureAt(figures, path)
}

/** Of a table, the rows that could be filled, if there are any. */
function filledBlock(block: string, fill: (text: string) => string | undefined): string[] {
  const lines = block.split('\n')
  if (!block.startsWith('|')) return [fill(block) ?? []].flat()
  const rows = lines.slice(2).flatMap((row) => fill(row) ?? [])
  return rows.length === 0 ? [] : [[...lines.slice(0, 2), ...rows].join('\n')]
}

const level = (block: string): number => /^#+(?= )/.exec(block)?.[0].length ?? Number.POSITIVE_INFINITY

/** From the end, so that what holds only empty sections is seen to be empty, too. */
function withoutEmptySections(blocks: readonly string[]): string[] {
  const kept: string[] = []
  for (const block of blocks.toReversed()) {
    const next = kept.at(-1)
    const isEmpty =
      level(block) < Number.POSITIVE_INFINITY && (next === undefined || level(next) <= level(block))
    if (!isEmpty) kept.push(block)
  }
  return kept.reverse()
}

function runsTable(names: readonly string[], result: (run: string) => Result): string {
  const rows = names.map((name) => {
    const { command, date, commit, seconds } = result(name)
    return `| ${name} | \`${command}\` | ${date} | \`${commit}\` | ${duration(seconds)} |`
  })
  return ['| run | command | date | at | took |', '|---|---|---|---|---|', ...rows].join('\n')
}

function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}
