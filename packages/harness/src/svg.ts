/** Colours that can be read on white as on black; on what is known to be dark, lighter ones. */
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #57606a }
    .title { font-weight: 600 }
    .small { font-size: 11px }
    .grid { stroke: #8b949e; stroke-opacity: 0.3 }
    .shade { fill: #8b949e; fill-opacity: 0.12 }
    .line { fill: none; stroke-width: 2.5 }
    .thin { fill: none; stroke-width: 1.5 }
    .range { stroke-width: 1.5; stroke-opacity: 0.6 }
    .s0 { stroke: #0969da } .f0 { fill: #0969da }
    .s1 { stroke: #bc4c00 } .f1 { fill: #bc4c00 }
    .s2 { stroke: #1a7f37 } .f2 { fill: #1a7f37 }
    .s3 { stroke: #8250df } .f3 { fill: #8250df }
    @media (prefers-color-scheme: dark) {
      text { fill: #9da7b3 }
      .s0 { stroke: #58a6ff } .f0 { fill: #58a6ff }
      .s1 { stroke: #f0883e } .f1 { fill: #f0883e }
      .s2 { stroke: #3fb950 } .f2 { fill: #3fb950 }
      .s3 { stroke: #bc8cff } .f3 { fill: #bc8cff }
    }`

export interface SvgOptions {
  /** What it shows, for those who do not see it. */
  readonly label: string
  readonly width: number
  readonly height: number
  /** Elements, one a line; their classes are those of the style above. */
  readonly body: readonly string[]
}

/** A picture that is read on white as on black. */
export function svgPicture({ label, width, height, body }: SvgOptions): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">`,
    `  <style>${STYLE}\n  </style>`,
    ...body.map((each) => `  ${each}`),
    '</svg>',
  ].join('\n')}\n`
}

export interface SvgText {
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'middle' | 'end'
  readonly className?: string | undefined
}

export function svgText(content: string, { x, y, anchor, className }: SvgText): string {
  const styled = className === undefined ? '' : ` class="${className}"`
  return `<text${styled} x="${svgNumber(x)}" y="${svgNumber(y)}" text-anchor="${anchor}">${escaped(content)}</text>`
}

/** As exact as anybody can see. */
export const svgNumber = (number: number): number => Number(number.toFixed(1))

/** The least of 1, 2, 2.5 and 5 times a power of ten of which so many reach the figure. */
export function roundStep(figure: number, steps = 5): number {
  const power = 10 ** Math.floor(Math.log10(figure / steps))
  return ([1, 2, 2.5, 5].find((factor) => factor * power * steps >= figure) ?? 10) * power
}

function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
}
