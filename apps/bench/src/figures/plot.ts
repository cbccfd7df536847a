import { type SvgText, svgNumber, svgPicture, svgText } from '@idem/harness'
import { type Scale, scaleOf } from './scale'

/** A line of µs over a logarithmic scale of counts, each point with how far its rounds lie apart. */
export interface Line {
  readonly name: string
  readonly points: readonly {
    readonly x: number
    readonly median: number
    readonly min: number
    readonly max: number
  }[]
}

export interface PlotOptions {
  readonly title: string
  /** At most four. */
  readonly lines: readonly Line[]
  /** How a count is written. @defaultValue `12,345` */
  readonly countText?: ((count: number) => string) | undefined
  /** See {@link scaleOf}. @defaultValue `'linear'` */
  readonly scale?: Scale | undefined
}

const WIDTH = 720
const HEIGHT = 360
const EDGE = { top: 48, bottom: 48, left: 72 }
const INNER_HEIGHT = HEIGHT - EDGE.top - EDGE.bottom
const LINE_HEIGHT = 15
const LETTER_WIDTH = 7

/** Microseconds over counts, as SVG. */
export function plot({ title, lines, scale = 'linear', countText = whole }: PlotOptions): string {
  const points = lines.flatMap((line) => line.points)
  const counts = [...new Set(points.map(({ x }) => x))].sort((one, other) => one - other)
  const [least = 1] = counts
  const span = Math.log(counts.at(-1) ?? least) - Math.log(least) || 1
  const right = WIDTH - Math.max(88, 24 + LETTER_WIDTH * Math.max(...lines.map(({ name }) => name.length)))
  const x = (count: number) =>
    svgNumber(EDGE.left + ((right - EDGE.left) * (Math.log(count) - Math.log(least))) / span)
  const medians = points.map(({ median }) => median)
  const { ticks, height } = scaleOf(scale, medians)
  const y = (µs: number) => svgNumber(EDGE.top + INNER_HEIGHT * (1 - height(µs)))

  const rows = ticks.flatMap((tick) => [
    `<line class="grid" x1="${EDGE.left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}"/>`,
    text(EDGE.left - 10, y(tick) + 4, timeText(tick), 'end'),
  ])
  const columns = counts.map((count) => text(x(count), HEIGHT - EDGE.bottom + 22, countText(count), 'middle'))
  const names = apart(lines.map(({ points }) => y(points.at(-1)?.median ?? 0)))
  const drawn = lines.flatMap(({ name, points }, index) => [
    `<polyline class="line s${index}" points="${points.map((p) => `${x(p.x)},${y(p.median)}`).join(' ')}"/>`,
    ...points.map(
      (p) =>
        `<line class="range s${index}" x1="${x(p.x)}" x2="${x(p.x)}" y1="${y(p.min)}" y2="${y(p.max)}"/>` +
        `<circle class="f${index}" cx="${x(p.x)}" cy="${y(p.median)}" r="4"/>`,
    ),
    text(x(points.at(-1)?.x ?? least) + 12, (names[index] ?? 0) + 4, name, 'start', `f${index}`),
  ])
  const heading = text(EDGE.left, 26, title, 'start', 'title')
  return svgPicture({
    label: title,
    width: WIDTH,
    height: HEIGHT,
    body: [heading, ...rows, ...columns, ...drawn],
  })
}

/** The same heights in the same order, so far apart that a line of text fits between two of them. */
function apart(heights: readonly number[]): readonly number[] {
  const moved = [...heights]
  const fromTop = heights
    .map((height, index) => ({ height, index }))
    .sort((one, other) => one.height - other.height)
  let free = Number.NEGATIVE_INFINITY
  for (const { height, index } of fromTop) {
    moved[index] = Math.max(height, free)
    free = (moved[index] ?? 0) + LINE_HEIGHT
  }
  // What has no room at the bottom pushes those above it upwards.
  let lowest = HEIGHT - EDGE.bottom
  for (const { index } of fromTop.reverse()) {
    moved[index] = Math.min(moved[index] ?? 0, lowest)
    lowest = (moved[index] ?? 0) - LINE_HEIGHT
  }
  return moved
}

function text(x: number, y: number, content: string, anchor: SvgText['anchor'], className?: string): string {
  return svgText(content, { x, y, anchor, className })
}

const timeText = (µs: number): string => (µs < 1000 ? `${whole(µs)} µs` : `${whole(µs / 1000)} ms`)

const whole = (number: number): string => number.toLocaleString('en-US')
