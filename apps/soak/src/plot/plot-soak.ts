import { roundStep, svgNumber, svgPicture, svgText } from '@idem/harness'
import type { Figure, Sample } from '../look'
import type { Played } from '../play'
import { QUANTITIES, type Quantity } from '../verdict/quantities'
import { quantityText } from '../verdict/quantity-text'
import { steadyFromMs } from '../verdict/verdict'

type Drawn = Pick<Quantity, 'of' | 'title' | 'waitsForCleanUp'> & { readonly unit: Quantity['unit'] | 'ms' }

/** What is not judged, for it is the machine's affair: drawn all the same. */
const BESIDE: readonly Drawn[] = [
  { of: 'latencyMs', title: 'a first run, 99 of 100', unit: 'ms' },
  { of: 'loopDelayMs', title: 'event loop delay, 99 of 100', unit: 'ms' },
]

const COLUMNS = 3
const PANEL = { width: 250, height: 132 }
const INNER = { left: 12, right: 22, top: 34, bottom: 22 }
const HEADING = 44

/** A small plot for each quantity, from zero on; the time that does not count is shaded. */
export function plotSoak(played: Played): string {
  const { store, server, samples, durationMs } = played
  const drawn = [...QUANTITIES, ...BESIDE].filter(({ of }) => samples.some((each) => each[of] !== undefined))
  const rows = Math.ceil(drawn.length / COLUMNS)
  const title = `${server}: ${Math.round(durationMs / 60_000)} minutes of mixed load`
  const panels = drawn.flatMap((quantity, index) => {
    const x = (index % COLUMNS) * PANEL.width
    const y = HEADING + Math.floor(index / COLUMNS) * PANEL.height
    return [`<g transform="translate(${x} ${y})">`, ...panel(quantity, played), '</g>']
  })
  return svgPicture({
    label: `Soak of ${store}. ${title}`,
    width: COLUMNS * PANEL.width,
    height: HEADING + rows * PANEL.height,
    body: [svgText(title, { x: INNER.left, y: 24, anchor: 'start', className: 'title' }), ...panels],
  })
}

function panel(quantity: Drawn, played: Played): string[] {
  const { of, title, unit } = quantity
  const { samples, durationMs } = played
  const points = samples.flatMap((sample) => pointOf(sample, of))
  const highest = Math.max(...points.map(({ value }) => value))
  const top = unit === 'bytes' ? byteStep(highest) : highest > 0 ? roundStep(highest * 1.1, 2) * 2 : 1
  const right = PANEL.width - INNER.right
  const bottom = PANEL.height - INNER.bottom
  const x = (ms: number) => svgNumber(INNER.left + ((right - INNER.left) * ms) / durationMs)
  const y = (value: number) => svgNumber(bottom - ((bottom - INNER.top) * value) / top)
  const steadyFrom = Math.min(x(steadyFromMs(quantity, played)), right)
  const line = (value: number) =>
    `<line class="grid" x1="${INNER.left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/>`
  const small = (text: string, at: number, height: number, anchor: 'start' | 'end') =>
    svgText(text, { x: at, y: height, anchor, className: 'small' })
  return [
    `<rect class="shade" x="${INNER.left}" y="${INNER.top}" width="${svgNumber(steadyFrom - INNER.left)}" height="${bottom - INNER.top}"/>`,
    ...[0, top / 2, top].map(line),
    small(title, INNER.left, INNER.top - 16, 'start'),
    small(`to ${quantityText(top, unit)}`, right, INNER.top - 4, 'end'),
    small('0', INNER.left, bottom + 14, 'start'),
    small(`${Math.round(durationMs / 60_000)} min`, right, bottom + 14, 'end'),
    `<polyline class="thin s0" points="${points.map((p) => `${x(p.atMs)},${y(p.value)}`).join(' ')}"/>`,
  ]
}

function pointOf(sample: Sample, of: Figure): { atMs: number; value: number }[] {
  const value = sample[of]
  return value === undefined ? [] : [{ atMs: sample.atMs, value }]
}

/** Round in powers of two, as bytes are told. */
function byteStep(highest: number): number {
  const unit = highest < 2 ** 20 ? 2 ** 10 : 2 ** 20
  return roundStep((highest * 1.1) / unit, 2) * 2 * unit
}
