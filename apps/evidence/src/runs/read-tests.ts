import { relative } from 'node:path'
import type { Figures } from '../results/figures'
import { type Output, RunFailed } from './run'

/** What Vitest's `json` reporter writes, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** How many tests passed and were skipped, in all and in each file. */
export function readTests({ json, root }: Output): Figures {
  const { testResults } = json as Report
  const files: Record<string, { passed: number; skipped: number }> = {}
  for (const { name, status, assertionResults } of testResults) {
    const path = relative(root, name)
    if (status === 'failed') throw new RunFailed(`${path} failed`)
    // A file may be in several projects: on two versions of a server, say.
    files[path] ??= { passed: 0, skipped: 0 }
    const passed = assertionResults.filter((test) => test.status === 'passed').length
    files[path].passed += passed
    files[path].skipped += assertionResults.length - passed
  }
  const all = Object.values(files)
  const sum = (key: 'passed' | 'skipped') => all.reduce((total, each) => total + each[key], 0)
  if (sum('passed') === 0) throw new RunFailed('no test passed')
  return {
    passed: sum('passed'),
    failed: 0,
    skipped: sum('skipped'),
    files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
