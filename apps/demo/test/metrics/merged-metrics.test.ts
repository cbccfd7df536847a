import { expect, test } from 'vitest'
import { mergedMetrics } from '../../src/metrics/merged-metrics'

const told = (process: number) => `# HELP runs_total Runs.
# TYPE runs_total counter
runs_total{process="${process}"} ${process}
# HELP waits Waits.
# TYPE waits gauge
waits{process="${process}"} 0
`

test('each family comes once, with the samples of all processes', () => {
  expect(mergedMetrics([told(1), told(2)])).toBe(`# HELP runs_total Runs.
# TYPE runs_total counter
runs_total{process="1"} 1
runs_total{process="2"} 2
# HELP waits Waits.
# TYPE waits gauge
waits{process="1"} 0
waits{process="2"} 0
`)
})

test('a family that only one process tells of is kept', () => {
  const more = '# HELP records Records.\n# TYPE records gauge\nrecords{process="2"} 7\n'
  expect(mergedMetrics([told(1), more])).toBe(told(1) + more)
})
