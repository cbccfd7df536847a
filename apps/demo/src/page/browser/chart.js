import { svg } from './dom.js'

const BAR = 14
const NARROW = 620

/** Charges of each way against those that were meant, as wide as there is room. */
export function stormChart(rows, width) {
  const isNarrow = width < NARROW
  const labelWidth = isNarrow ? 0 : 250
  const rowHeight = isNarrow ? 40 : 24
  const numbers = 86
  const room = Math.max(60, width - labelWidth - numbers)
  const most = Math.max(...rows.map(({ charges, intended }) => Math.max(charges, intended)))
  const scale = (count) => (count / most) * room
  const stores = new Set(rows.map(({ store }) => store)).size
  const height = rows.length * rowHeight + 22
  const picture = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': `Charges of each way: ${rows.map(({ way, store, charges, intended }) => `${way} on ${store} ${charges} of ${intended}`).join('; ')}`,
  })
  for (const [index, { way, store, right, charges, intended }] of rows.entries()) {
    const top = index * rowHeight + 2
    const y = isNarrow ? top + 18 : top + 4
    const label = stores === 1 ? way : `${way}, ${store}`
    const end = labelWidth + Math.max(scale(charges), 2)
    picture.append(
      svg('text', { class: 'way', x: 0, y: isNarrow ? top + 12 : y + 11 }, label),
      svg('rect', { class: 'track', x: labelWidth, y, width: room, height: BAR, rx: 3 }),
      svg('rect', {
        class: right ? 'right' : 'wrong',
        x: labelWidth,
        y,
        width: end - labelWidth,
        height: BAR,
        rx: 3,
      }),
      svg(
        'text',
        { class: right ? 'count right' : 'count wrong', x: labelWidth + room + 10, y: y + 11 },
        `${charges} of ${intended}`,
      ),
    )
  }
  const meant = labelWidth + scale(rows[0]?.intended ?? 0)
  picture.append(
    svg('line', { class: 'meant', x1: meant, x2: meant, y1: 0, y2: height - 18 }),
    svg('text', { class: 'meant', x: meant + 4, y: height - 5 }, 'what was meant to be charged'),
  )
  return picture
}
