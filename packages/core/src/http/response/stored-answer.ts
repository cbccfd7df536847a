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

/** Each of these takes six characters of JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/

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

function storedBody(body: Uint8Array): Pick<StoredAnswer, 'text' | 'base64'> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    if (!CONTROLS.test(text)) return { text }
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
  const body =
    text !== undefined
      ? new TextEncoder().encode(text)
      : base64 !== undefined
        ? fromBase64(base64)
        : undefined
  return body && { status, headers: [...headers, ['idempotency-replayed', 'true']], body }
}
