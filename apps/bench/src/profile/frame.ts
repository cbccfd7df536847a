import type { Runtime } from 'node:inspector'
import type { SourceMap, SourceMapping } from 'node:module'

/** Whose code it is. */
export type Owner = 'idem' | 'others' | 'Node.js' | 'V8'

/** A function, as it is shown. */
export interface Frame {
  readonly name: string
  readonly owner: Owner
  /** A package, or what V8 itself does. */
  readonly part: string
}

/** Time in which nothing ran. */
export const IDLE = '(idle)'

const V8_PARTS: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collector',
  // System calls among them: sockets are written to in there.
  '(program)': 'native code and system calls',
}

/** @param map - of the bundle that it is in, if it is in one */
export function frameOf(
  { functionName, url, lineNumber, columnNumber }: Runtime.CallFrame,
  map?: SourceMap,
): Frame {
  const name = functionName === '' ? '(anonymous)' : functionName
  const source = sourceOf(url, lineNumber, columnNumber, map)
  if (source === '') return { name, owner: 'V8', part: V8_PARTS[name] ?? 'built-in functions' }
  if (source.startsWith('node:')) return { name, owner: 'Node.js', part: 'Node.js' }
  const other = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1]
  if (other !== undefined) return { name, owner: 'others', part: other }
  const own = /\/packages\/([^/]+)\//.exec(source)?.[1]
  return own === undefined
    ? { name, owner: 'others', part: 'the bench' }
    : { name, owner: 'idem', part: `@idem/${own}` }
}

function sourceOf(url: string, line: number, column: number, map: SourceMap | undefined): string {
  if (map === undefined || url === '' || url.startsWith('node:')) return url
  const { originalSource }: Partial<SourceMapping> = map.findEntry(line, column)
  return originalSource ?? url
}
