import { expect, it } from 'vitest'
import { reportRace } from '../../src/race/report-race'

const level = (inFlight: number, ...rates: number[]) => ({ inFlight, rates })

it('shows the median of the ratios of each round, how far they lie apart, and the median rate', () => {
  const { text } = reportRace({ shownAs: 'rate' }, [
    { name: 'raw', levels: [level(1, 100, 200, 1000), level(64, 500, 500, 500)] },
    { name: 'idem', levels: [level(1, 50, 160, 900), level(64, 1000, 1500, 1250)] },
  ])
  expect(text.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    '| | 1 in flight | a second | 64 in flight | a second |',
    '| ---- | -------------------: | -------: | -------------------: | -------: |',
    '| raw | 1.00 | 200 | 1.00 | 500 |',
    '| idem | **0.80** (0.50–0.90) | 160 | **2.50** (2.00–3.00) | 1,250 |',
  ])
})

it('shows times as multiples of the floor', () => {
  const { text } = reportRace({ shownAs: 'time', note: 'A note.' }, [
    { name: 'bare', levels: [level(1, 10e6, 10e6, 10e6)] },
    { name: 'cached', levels: [level(1, 500_000, 1e6, 250_000)] },
  ])
  expect(text).toMatch(/bare +\| +0\.10 \| +1\.00 \|/)
  expect(text).toMatch(/cached \| +2\.00 \| \*\*20\.0\*\* \(10\.0–40\.0\) \|/)
  expect(text.endsWith('|\n\nA note.')).toBe(true)
})
