import { expect, it } from 'vitest'
import { plotSoak } from '../../src/plot/plot-soak'
import { playedOf } from '../played-of'
import { sampleOf } from '../sample-of'

const samples = Array.from({ length: 60 }, (_, index) => sampleOf((index + 1) * 60_000))
const svg = plotSoak(playedOf({ samples: samples.map(({ watches: _, ...seen }) => seen) }))

it('draws each quantity that somebody could count, as flat as it is', () => {
  const lines = [...svg.matchAll(/<polyline class="thin s0" points="([^"]+)"/g)].map(
    ([, points]) => points ?? '',
  )
  expect(lines).toHaveLength(11)
  expect(svg).toContain('>records<')
  expect(svg).not.toContain('>watches<')
  for (const line of lines) expect(new Set(line.split(' ').map((point) => point.split(',')[1])).size).toBe(1)
})

it('shades the time that does not count, longer where the server must clean up first', () => {
  const widths = [...svg.matchAll(/class="shade" x="12" y="34" width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  )
  const [most, least] = [Math.max(...widths), Math.min(...widths)]
  expect(most / least).toBeCloseTo(20 / 15, 1)
})

it('stays within its frame', () => {
  expect(svg).not.toMatch(/NaN|Infinity|"-\d/)
})
