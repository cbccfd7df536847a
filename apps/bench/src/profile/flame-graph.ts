import { svgNumber, svgPicture, svgText } from '@idem/harness'
import type { CallTree } from './call-tree'
import type { Owner } from './frame'

const WIDTH = 1200
const ROW = 18
const TOP = 52
/** What is narrower is not drawn: nobody could see it. */
const LEAST_WIDTH = 1
const CHAR_WIDTH = 6.2
const MOST_ROWS = 40

const CLASSES: Readonly<Record<Owner, string>> = { idem: 'f0', others: 'f1', 'Node.js': 'f2', V8: 'f3' }

/** A flame graph, hung from above: each call as wide as it was long, under the one that made it. */
export function flameGraph(title: string, tree: CallTree): string {
  const body: string[] = []
  let depth = 0
  const draw = (node: CallTree, x: number, row: number): void => {
    const width = (node.totalUs / tree.totalUs) * WIDTH
    if (width < LEAST_WIDTH || row >= MOST_ROWS) return
    depth = Math.max(depth, row + 1)
    if (row >= 0) {
      const y = TOP + row * ROW
      const { name, owner } = node.frame
      const at = `x="${svgNumber(x)}" y="${y}" width="${svgNumber(Math.max(width - 0.5, 0.5))}" height="${ROW - 1}"`
      body.push(`<rect class="${CLASSES[owner]}" fill-opacity="0.35" ${at}/>`)
      const room = Math.floor((width - 6) / CHAR_WIDTH)
      if (room >= 3) {
        const text = name.length > room ? `${name.slice(0, room - 1)}…` : name
        body.push(svgText(text, { x: x + 3, y: y + 13, anchor: 'start', className: 'small' }))
      }
    }
    let left = x
    const children = [...node.children.values()].sort((one, other) => other.totalUs - one.totalUs)
    for (const child of children) {
      draw(child, left, row + 1)
      left += (child.totalUs / tree.totalUs) * WIDTH
    }
  }
  draw(tree, 0, -1)
  const legend = (Object.keys(CLASSES) as Owner[]).flatMap((owner, index) => [
    `<rect class="${CLASSES[owner]}" fill-opacity="0.35" x="${index * 130}" y="28" width="12" height="12"/>`,
    svgText(owner, { x: index * 130 + 18, y: 39, anchor: 'start', className: 'small' }),
  ])
  return svgPicture({
    label: title,
    width: WIDTH,
    height: TOP + depth * ROW + 8,
    body: [svgText(title, { x: 0, y: 16, anchor: 'start', className: 'title' }), ...legend, ...body],
  })
}
