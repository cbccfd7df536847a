import { randomBytes } from 'node:crypto'
import { ANSWER, type Answer } from './answer'

/** An answer of so many bytes as JSON, at least 100, that nothing can make much smaller. @throws RangeError */
export function sizedAnswer(bytes: number): Answer {
  const empty = { id: String(ANSWER['id']), receipt: '' }
  const left = bytes - JSON.stringify(empty).length
  if (left < 0) throw new RangeError(`an answer takes ${bytes - left} bytes at least`)
  return { ...empty, receipt: randomBytes(left).toString('base64url').slice(0, left) }
}
