import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { HeaderList } from '@idem/core/http'

/** Sets what `writeHead` was given: an object, or a list, flat or of pairs. What the response has of a name goes. */
export function setHeaders(res: ServerResponse, given: unknown): void {
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given ?? {})) res.setHeader(name, value as string)
    return
  }
  const flat = (Array.isArray(given[0]) ? given.flat() : given) as string[]
  const pairs = flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : []))
  for (const [name] of pairs) res.removeHeader(name)
  for (const [name, value] of pairs) addHeader(res, name, value)
}

/**
 * Adds a line to a header. Node's `appendHeader` would add to a list in its place, and whoever has set it may set the same one
 * for every answer.
 */
export function addHeader(res: ServerResponse, name: string, value: string): void {
  const lines = linesOf(res.getHeader(name))
  res.setHeader(name, lines.length === 0 ? value : [...lines, value])
}

/** The headers as they are now, whatever is added to them: Node adds to a list in its place. */
export function headersOf(res: ServerResponse): OutgoingHttpHeaders {
  const headers = res.getHeaders()
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (Array.isArray(value)) headers[name] = [...value]
  }
  return headers
}

/**
 * The headers that were set since. What was there before is for outer middleware to add to each answer, or may have been
 * meant for this client only: so with cookies one by one, too.
 */
export function ownHeaders(res: ServerResponse, before: OutgoingHttpHeaders): HeaderList {
  const headers = res.getHeaders()
  const own: [string, string][] = []
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === before[name]) continue
    const values = linesOf(value)
    const known = linesOf(before[name])
    if (values.join('\n') === known.join('\n')) continue
    for (const line of values) {
      if (name !== 'set-cookie' || !known.includes(line)) own.push([name, line])
    }
  }
  return own
}

const linesOf = (value: OutgoingHttpHeaders[string]): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)]
