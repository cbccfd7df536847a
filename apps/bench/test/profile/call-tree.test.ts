import type { Profiler } from 'node:inspector'
import { describe, expect, it } from 'vitest'
import { callTree, selfTimes } from '../../src/profile/call-tree'
import { flameGraph } from '../../src/profile/flame-graph'

const node = (
  id: number,
  functionName: string,
  url: string,
  ...children: number[]
): Profiler.ProfileNode => ({
  id,
  callFrame: { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 },
  children,
})

/** `execute` is called twice, by the same way; the engine waits for a driver, and now and then nothing runs. */
const PROFILE: Profiler.Profile = {
  startTime: 0,
  endTime: 1000,
  nodes: [
    node(1, '(root)', '', 2, 3, 4, 7),
    node(2, '(idle)', ''),
    node(3, 'execute', 'file:///idem/packages/core/dist/index.js', 5),
    node(4, 'execute', 'file:///idem/packages/core/dist/index.js', 6),
    node(5, 'sendCommand', '/idem/node_modules/.pnpm/ioredis@6.0.0/node_modules/ioredis/built/Redis.js'),
    node(6, 'sendCommand', '/idem/node_modules/.pnpm/ioredis@6.0.0/node_modules/ioredis/built/Redis.js', 8),
    node(7, '(garbage collector)', ''),
    node(8, '', 'node:net'),
  ],
  samples: [2, 3, 4, 5, 6, 7, 8],
  timeDeltas: [500, 10, 20, 30, 40, 50, 60],
}

describe('of a profile', () => {
  const tree = callTree(PROFILE)

  it('time in which nothing ran is left out', () => {
    expect(tree.totalUs).toBe(210)
  })

  it('what was called by the same way is one', () => {
    const [execute] = tree.children.values()
    expect(execute).toMatchObject({
      frame: { name: 'execute', part: '@idem/core' },
      selfUs: 30,
      totalUs: 160,
    })
    expect(execute?.children.size).toBe(1)
  })

  it('each part is told the time that it took itself, the most first', () => {
    expect(selfTimes(tree, ({ part }) => part)).toEqual([
      ['ioredis', 70],
      ['Node.js', 60],
      ['garbage collector', 50],
      ['@idem/core', 30],
    ])
  })

  it('a flame graph shows each call under the one that made it, as wide as it was long', () => {
    const svg = flameGraph('a <title>', tree)
    expect(svg).toContain('a &#60;title&#62;')
    const widths = [
      ...svg.matchAll(/<rect class="f\d" fill-opacity="0.35" x="[\d.]+" y="(\d+)" width="([\d.]+)"/g),
    ]
    expect(widths.slice(4).map(([, y, width]) => [Number(y), Number(width)])).toEqual([
      [52, 913.8],
      [70, 742.4],
      [88, 342.4],
      [52, 285.2],
    ])
    expect(svg).toMatch(/>execute<.*>sendCommand<.*>\(anonymous\)</s)
  })
})
