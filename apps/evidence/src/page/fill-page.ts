import { type Figures, figureAt } from '../results/figures'
import type { Result } from '../results/result'

/** Where results are found, and which there are. */
export interface Results {
  /** @throws if the run has none */
  get(run: string): Result
  names(): string[]
}

/**
 * The page, with a figure from the run that has shown it in each place that asks for one:
 *
 * - `{{tests PATH ...}}`: how many tests passed in the files whose paths begin so. A path may leave out `packages/`, and
 *   whatever it has in common with the one before: `core/test/cache sharing` is two files of a folder.
 * - `{{RUN command}}`, `{{RUN date}}`, `{{RUN machine}}`: of a run.
 * - `{{RUN NAME ...}}`: a figure of it; names with spaces stand in quotation marks.
 * - `{{runs}}`: a table of all runs that the page speaks of.
 *
 * @throws if there is no such figure: nothing stands on the page that was not run
 */
export function fillPage(template: string, results: Results): string {
  const used = new Set<string>()
  const result = (run: string): Result => {
    used.add(run)
    return results.get(run)
  }
  const fill = (asked: string): string => {
    const [first = '', ...rest] = [...asked.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, word]) => quoted ?? word ?? '',
    )
    if (first === 'tests' && rest.some((word) => word.includes('/')))
      return countTests(result('tests').figures, rest)
    const { figures, ...about } = result(first)
    const [name = ''] = rest
    return name === 'command' || name === 'date' || name === 'machine' ? about[name] : figureAt(figures, rest)
  }
  const filled = template.replace(/\{\{(?!runs\}\})([^{}]+)\}\}/g, (_, asked: string) => fill(asked))
  return filled.replace('{{runs}}', () => runsTable([...used].sort(), result))
}

function countTests(figures: Figures, asked: readonly string[]): string {
  const files = Object.entries(figures['files'] as Figures) as [string, { passed: number; skipped: number }][]
  let folder = ''
  let passed = 0
  let skipped = 0
  for (const words of asked) {
    const path = /^(apps|packages|scripts)\//.test(words)
      ? words
      : words.includes('/test')
        ? `packages/${words}`
        : folder + words
    folder = path.slice(0, path.lastIndexOf('/') + 1)
    const held = files.filter(([file]) => file.startsWith(path))
    const sum = (key: 'passed' | 'skipped') => held.reduce((total, [, count]) => total + count[key], 0)
    if (sum('passed') === 0) throw new Error(`no test passed in ${path}`)
    passed += sum('passed')
    skipped += sum('skipped')
  }
  const number = (count: number) => count.toLocaleString('en')
  return `${number(passed)} passed${skipped > 0 ? `, ${number(skipped)} skipped` : ''}`
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
