/** A line over a logarithmic scale of counts, each point with how far its rounds lie apart. */
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
  readonly lines: readonly Line[]
}

const WIDTH = 720
const HEIGHT = 360
const EDGE = { top: 48, right: 88, bottom: 48, left: 72 }
const INNER_WIDTH = WIDTH - EDGE.left - EDGE.right
const INNER_HEIGHT = HEIGHT - EDGE.top - EDGE.bottom

/** Colours that can be read on white as on black; on what is known to be dark, lighter ones. */
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #57606a }
    .title { font-weight: 600 }
    .grid { stroke: #8b949e; stroke-opacity: 0.3 }
    .line { fill: none; stroke-width: 2.5 }
    .range { stroke-width: 1.5; stroke-opacity: 0.6 }
    .s0 { stroke: #0969da } .f0 { fill: #0969da }
    .s1 { stroke: #bc4c00 } .f1 { fill: #bc4c00 }
    @media (prefers-color-scheme: dark) {
      text { fill: #9da7b3 }
      .s0 { stroke: #58a6ff } .f0 { fill: #58a6ff }
      .s1 { stroke: #f0883e } .f1 { fill: #f0883e }
    }`

/** Microseconds over records: the first from zero on, so that nothing looks flatter or steeper than it is; at most two lines. */
export function plot({ title, lines }: PlotOptions): string {
  const points = lines.flatMap((line) => line.points)
  const decades = [...new Set(points.map(({ x }) => x))].sort((one, other) => one - other)
  const [least = 1] = decades
  const span = Math.log(decades.at(-1) ?? least) - Math.log(least) || 1
  const step = roundStep(Math.max(...points.map(({ median }) => median), 1) * 1.25)
  const top = step * 5
  const x = (count: number) => fixed(EDGE.left + (INNER_WIDTH * (Math.log(count) - Math.log(least))) / span)
  // Where one round lies far beyond the others, its mark ends at the edge.
  const y = (µs: number) => fixed(EDGE.top + INNER_HEIGHT * (1 - Math.min(µs, top) / top))

  const right = WIDTH - EDGE.right
  const rows = [0, 1, 2, 3, 4, 5].flatMap((row) => [
    `<line class="grid" x1="${EDGE.left}" x2="${right}" y1="${y(row * step)}" y2="${y(row * step)}"/>`,
    text(EDGE.left - 10, y(row * step) + 4, `${(row * step).toLocaleString('en-US')} µs`, 'end'),
  ])
  const columns = decades.map((count) =>
    text(x(count), HEIGHT - EDGE.bottom + 22, count.toLocaleString('en-US'), 'middle'),
  )
  const drawn = lines.flatMap(({ name, points }, index) => {
    const last = points.at(-1)
    return [
      `<polyline class="line s${index}" points="${points.map((p) => `${x(p.x)},${y(p.median)}`).join(' ')}"/>`,
      ...points.map(
        (p) =>
          `<line class="range s${index}" x1="${x(p.x)}" x2="${x(p.x)}" y1="${y(p.min)}" y2="${y(p.max)}"/>` +
          `<circle class="f${index}" cx="${x(p.x)}" cy="${y(p.median)}" r="4"/>`,
      ),
      ...(last ? [text(x(last.x) + 12, y(last.median) + 4, name, 'start', `f${index}`)] : []),
    ]
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${STYLE}\n  </style>`,
    ...[text(EDGE.left, 26, title, 'start', 'title'), ...rows, ...columns, ...drawn].map(
      (each) => `  ${each}`,
    ),
    '</svg>',
  ].join('\n')}\n`
}

/** The least of 1, 2, 2.5 and 5 times a power of ten of which five reach the figure. */
function roundStep(figure: number): number {
  const power = 10 ** Math.floor(Math.log10(figure / 5))
  return ([1, 2, 2.5, 5].find((factor) => factor * power * 5 >= figure) ?? 10) * power
}

function text(x: number, y: number, content: string, anchor: string, className?: string): string {
  const styled = className === undefined ? '' : ` class="${className}"`
  return `<text${styled} x="${x}" y="${fixed(y)}" text-anchor="${anchor}">${escaped(content)}</text>`
}

const fixed = (number: number): number => Number(number.toFixed(1))

function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
}
