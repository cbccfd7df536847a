import type { ServerResponse } from 'node:http'
import type { Answer } from '@idem/core/http'
import { addHeader } from './response-headers'

/** Sends an answer as it is. Headers that others have set stay, unless it has some of the same name. */
export function sendAnswer(res: ServerResponse, answer: Answer, end = res.end): void {
  const { status, headers, text } = answer
  res.statusCode = status
  const set = new Set<string>()
  for (const [name, value] of headers) {
    // Cookies of others are added to, never replaced.
    if (set.has(name) || name === 'set-cookie') addHeader(res, name, value)
    else res.setHeader(name, value)
    set.add(name)
  }
  if (text !== undefined && isAscii(text)) end.call(res, text, 'latin1')
  else end.call(res, answer.body, 'utf8')
}

/**
 * Whether UTF-8 and latin1 write a text in the same bytes. As latin1, Node puts it on the connection in one piece with the head,
 * whose characters it writes as it does in front of bytes.
 */
export const isAscii = (text: string, bytes = Buffer.byteLength(text)): boolean => bytes === text.length
