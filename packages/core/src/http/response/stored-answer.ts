import { fromBase64, toBase64 } from '../../codec/base64'
import type { ReadPart } from '../request/rest-of-body'
import type { Answer, CapturedAnswer, HeaderList } from './answer'
import { type KeepsHeader, keptHeaders } from './kept-headers'

/** An answer as it is stored: plain JSON, whatever its bytes are. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: HeaderList
  /** The body, where it is text that JSON writes without growing much. */
  readonly text?: string
  /** The body, where it is not. With neither, it was too large to be kept. */
  readonly base64?: string
  /** What the handler had read of the rest of a large request. */
  readonly read?: ReadPart
}

/** Every text begins and ends with itself: a mark at its beginning is part of it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Each of these takes six characters of JSON; halves of a pair have no bytes of their own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNFIT = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]/u

export function storedAnswer(
  answer: CapturedAnswer,
  keeps: KeepsHeader,
  read: ReadPart | undefined,
): StoredAnswer {
  const { status, headers, body } = answer
  return {
    status,
    headers: keptHeaders(headers, keeps),
    ...(body !== undefined && storedBody(body)),
    ...(read !== undefined && { read }),
  }
}

function storedBody(body: Uint8Array | string): Pick<StoredAnswer, 'text' | 'base64'> {
  if (typeof body === 'string') {
    return UNFIT.test(body) ? storedBody(new TextEncoder().encode(body)) : { text: body }
  }
  try {
    const text = utf8.decode(body)
    if (!UNFIT.test(text)) return { text }
  } catch {
    // It is no text.
  }
  return { base64: toBase64(body) }
}

/** The stored answer in what came out of a store, whoever wrote it. */
export function asStoredAnswer(value: unknown): StoredAnswer | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { status, headers } = value as Partial<StoredAnswer>
  return typeof status === 'number' && Array.isArray(headers) ? (value as StoredAnswer) : undefined
}

/** The answer to be sent again, byte by byte; `undefined` if its body was not kept. */
export function replayOf({ status, headers, text, base64 }: StoredAnswer): Answer | undefined {
  if (text === undefined && base64 === undefined) return undefined
  const replayed: HeaderList = [...headers, ['idempotency-replayed', 'true']]
  return text !== undefined
    ? new TextAnswer(status, replayed, text)
    : { status, headers: replayed, body: fromBase64(base64 as string) }
}

/** Its bytes are made for whoever asks for them. */
class TextAnswer implements Answer {
  readonly status: number
  readonly headers: HeaderList
  readonly text: string

  constructor(status: number, headers: HeaderList, text: string) {
    this.status = status
    this.headers = headers
    this.text = text
  }

  get body(): Uint8Array {
    return new TextEncoder().encode(this.text)
  }
}
