import type { ServerResponse } from 'node:http'
import type { Answer } from '@idem/core/http'

/** Sends an answer as it is. Headers that others have set stay, unless it has some of the same name. */
export function sendAnswer(res: ServerResponse, { status, headers, body }: Answer, end = res.end): void {
  res.statusCode = status
  const set = new Set<string>()
  for (const [name, value] of headers) {
    // Cookies of others are added to, never replaced.
    if (set.has(name) || name === 'set-cookie') res.appendHeader(name, value)
    else res.setHeader(name, value)
    set.add(name)
  }
  end.call(res, body, 'utf8')
}
