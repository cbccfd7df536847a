import { type Failure, OperationFailedError } from '../errors'
import type { ErrorCodec } from '../options/options'

/** A text longer than this is cut: a failure must always fit. */
const MAX_LENGTH = 8192

/** What can be told of an error. Never throws, whatever was thrown. */
export function describeError(error: unknown): Failure {
  const name = field(error, 'name')
  const message = field(error, 'message')
  const code = field(error, 'code')
  return {
    name: typeof name === 'string' ? cut(name) : 'Error',
    message: cut(typeof message === 'string' ? message : printed(error)),
    ...(typeof code === 'string' && { code: cut(code) }),
    ...(typeof code === 'number' && { code }),
    ...json(field(error, 'details')),
  }
}

/** The failure as text; where it has more than `maxBytes` characters, name, message and code only, cut. Never throws. */
export function encodeFailure(error: unknown, codec: ErrorCodec, maxBytes: number): string {
  try {
    const text = JSON.stringify(codec.encode?.(error) ?? describeError(error))
    if (text.length <= maxBytes && isFailure(JSON.parse(text))) return text
  } catch {
    // What the caller's own encoder cannot tell, ours can.
  }
  return JSON.stringify({ ...describeError(error), details: undefined })
}

/** What cannot be read is told as it stands. */
export function decodeFailure(text = 'unknown'): Failure {
  try {
    const failure: unknown = JSON.parse(text)
    if (isFailure(failure)) return failure
  } catch {
    // Below.
  }
  return { name: 'Error', message: cut(text) }
}

const isFailure = (value: unknown): value is Failure =>
  typeof (value as Failure | null)?.name === 'string' && typeof (value as Failure).message === 'string'

/** The error that a caller gets for an attempt that another call made. */
export function replayedError(failure: Failure, attempt: number, codec: ErrorCodec): Error {
  try {
    const error = codec.decode?.(failure, attempt)
    if (error) return error
  } catch {
    // What the caller's own decoder cannot make, ours can.
  }
  return new OperationFailedError(failure, attempt)
}

function field(error: unknown, name: string): unknown {
  try {
    return (error as Record<string, unknown> | null | undefined)?.[name]
  } catch {
    return undefined
  }
}

const cut = (text: string): string => text.slice(0, MAX_LENGTH)

function printed(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'unprintable'
  }
}

function json(details: unknown): { details?: unknown } {
  try {
    const text = JSON.stringify(details)
    return text === undefined ? {} : { details: JSON.parse(text) as unknown }
  } catch {
    return {}
  }
}
