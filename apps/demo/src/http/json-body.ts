import type { HonoRequest } from 'hono'
import { parse } from 'lossless-json'
import { BadRequestError } from './bad-request-error'

export const MAX_BODY_BYTES = 64 * 1024

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

/**
 * The body as JSON. Numbers keep the digits that were sent, and a name that comes twice is refused: of an amount,
 * nothing may be rounded or dropped on the way.
 *
 * @throws BadRequestError
 */
export async function readJson(request: HonoRequest): Promise<unknown> {
  const type = request.header('content-type')
  // Nor is a body without a type taken for JSON: any page of the web may have a browser send one, here, unasked.
  if (type === undefined || !JSON_TYPE.test(type))
    refuse('Content-Type', 'application/json', type === undefined ? 'nothing' : JSON.stringify(type))
  const text = await readText(request)
  if (text.trim() === '') refuse('body', 'a JSON object', 'nothing')
  try {
    return parse(text)
  } catch (error) {
    // A RangeError says that it is nested too deeply.
    refuse('body', 'JSON', error instanceof SyntaxError ? error.message : 'JSON that is nested too deeply')
  }
}

async function readText(request: HonoRequest): Promise<string> {
  const bytes = await request.arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    refuse('body', 'UTF-8 text', 'bytes that are none')
  }
}

export function refuseLargeBody(): never {
  refuse('body', `at most ${MAX_BODY_BYTES} bytes`, 'more')
}

function refuse(field: string, expected: string, got: string): never {
  throw new BadRequestError([{ field, expected, got }])
}
