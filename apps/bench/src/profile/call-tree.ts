import type { Profiler } from 'node:inspector'
import type { SourceMap } from 'node:module'
import { type Frame, frameOf, IDLE } from './frame'

/** What called what, and for how long. */
export interface CallTree {
  readonly frame: Frame
  /** In the function itself. */
  selfUs: number
  /** With all that it called. */
  totalUs: number
  readonly children: Map<string, CallTree>
}

/** The calls of a profile, without the time in which nothing ran; what was called by the same way is one. */
export function callTree(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  map?: SourceMap,
): CallTree {
  const selfUs = new Map<number, number>()
  for (const [index, id] of samples.entries()) {
    selfUs.set(id, (selfUs.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0))
  }
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const grow = (id: number, into: CallTree): void => {
    const own = selfUs.get(id) ?? 0
    into.selfUs += own
    for (const childId of byId.get(id)?.children ?? []) {
      const callFrame = byId.get(childId)?.callFrame
      if (callFrame === undefined || callFrame.functionName === IDLE) continue
      const frame = frameOf(callFrame, map)
      const key = `${frame.part} ${frame.name}`
      const child = into.children.get(key) ?? leaf(frame)
      into.children.set(key, child)
      grow(childId, child)
    }
    into.totalUs = into.selfUs + [...into.children.values()].reduce((sum, { totalUs }) => sum + totalUs, 0)
  }
  const root = leaf({ name: 'all', owner: 'V8', part: 'all' })
  const [first] = nodes
  if (first !== undefined) grow(first.id, root)
  return root
}

const leaf = (frame: Frame): CallTree => ({ frame, selfUs: 0, totalUs: 0, children: new Map() })

/** The time that each part, or function, took itself, the most first. */
export function selfTimes(tree: CallTree, by: (frame: Frame) => string): [string, number][] {
  const times = new Map<string, number>()
  const visit = ({ frame, selfUs, children }: CallTree): void => {
    if (selfUs > 0) times.set(by(frame), (times.get(by(frame)) ?? 0) + selfUs)
    for (const child of children.values()) visit(child)
  }
  visit(tree)
  return [...times].sort(([, one], [, other]) => other - one)
}
