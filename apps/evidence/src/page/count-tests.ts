import type { Figures } from '../results/figures'

/**
 * How many tests passed, and were skipped, in the files whose paths begin so.
 *
 * @param figures - those of the run of all tests
 * @throws if none passed there: what was only skipped holds nothing
 */
export function countTests(figures: Figures, asked: readonly string[]): string {
  const files = Object.entries(figures['files'] as Figures) as [string, { passed: number; skipped: number }][]
  let folder = ''
  let passed = 0
  let skipped = 0
  for (const words of asked) {
    const path = pathOf(words, folder)
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

function pathOf(words: string, folder: string): string {
  if (/^(apps|packages|scripts)\//.test(words)) return words
  return words.includes('/test') ? `packages/${words}` : folder + words
}
