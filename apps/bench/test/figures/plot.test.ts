import { expect, it } from 'vitest'
import { plot } from '../../src/figures/plot'

const point = (x: number, median: number) => ({ x, median, min: median / 2, max: median * 9 })
const svg = plot({
  title: 'A <title> & "more"',
  lines: [
    { name: 'claim', points: [point(1000, 400), point(10_000, 400), point(100_000, 420)] },
    { name: 'replay', points: [point(1000, 100), point(10_000, 100), point(100_000, 100)] },
  ],
})

const heights = (line: number) =>
  new RegExp(`<polyline class="line s${line}" points="([^"]+)"`)
    .exec(svg)?.[1]
    ?.split(' ')
    .map((pair) => pair.split(',').map(Number))

it('draws a flat line flat, with sizes ten times apart at equal distances', () => {
  const [one, two, three] = heights(1) as [number[], number[], number[]]
  expect(new Set([one[1], two[1], three[1]]).size).toBe(1)
  expect((two[0] ?? 0) - (one[0] ?? 0)).toBeCloseTo((three[0] ?? 0) - (two[0] ?? 0))
})

it('draws from zero on: four times the time is four times as high', () => {
  const zero = Number(/y1="([\d.]+)"/.exec(svg)?.[1])
  const height = (line: number) => zero - Number(heights(line)?.[0]?.[1])
  expect(height(0) / height(1)).toBeCloseTo(4, 1)
})

it('stays within its frame however far a round lies beyond', () => {
  const ys = [...svg.matchAll(/ (?:y|y1|y2|cy)="(-?[\d.]+)"/g)].map(([, y]) => Number(y))
  expect(ys.length).toBeGreaterThan(20)
  expect(Math.min(...ys)).toBeGreaterThan(0)
  expect(Math.max(...ys)).toBeLessThan(360)
})

it('is well-formed, says what it shows to those who do not see it, and knows the dark', () => {
  expect(svg).toContain('aria-label="A &#60;title&#62; &#38; &#34;more&#34;"')
  expect(svg).toContain('prefers-color-scheme: dark')
  expect(svg.match(/<text/g)?.length).toBe(svg.match(/<\/text>/g)?.length)
})

it('draws one size as one point', () => {
  const single = plot({ title: 'One', lines: [{ name: 'claim', points: [point(1000, 3)] }] })
  expect(single).not.toMatch(/NaN|Infinity/)
})

it('draws by powers of ten where it is told to, and writes counts as it is told', () => {
  const drawn = plot({
    title: 'Sizes',
    lines: [{ name: 'call', points: [point(100, 20), point(1000, 200), point(10_000, 2000)] }],
    scale: 'log',
    countText: (count) => `${count} B`,
  })
  expect(drawn).toContain('>100 B</text>')
  const ticks = [...drawn.matchAll(/>([\d,]+ [µm]s)</g)].map(([, tick]) => tick)
  expect(ticks).toEqual(['10 µs', '100 µs', '1 ms', '10 ms'])
  const [low, middle, high] = [...drawn.matchAll(/cy="([\d.]+)"/g)].map(([, cy]) => Number(cy)) as [
    number,
    number,
    number,
  ]
  expect(low - middle).toBeCloseTo(middle - high)
})

it('writes the names of lines that end together one under the other', () => {
  const drawn = plot({
    title: 'Four',
    lines: ['one', 'two', 'three', 'four'].map((name) => ({ name, points: [point(1, 5), point(8, 5)] })),
  })
  const ys = [...drawn.matchAll(/class="f\d" x="[\d.]+" y="([\d.]+)"/g)].map(([, y]) => Number(y))
  expect(ys).toHaveLength(4)
  for (const [index, y] of ys.entries()) if (index > 0) expect(y - (ys[index - 1] ?? 0)).toBe(15)
})
