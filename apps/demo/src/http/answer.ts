import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ServiceEnv } from './service-env'

export type AnswerStatus =
  | 'SUCCESS'
  /** It is running; ask again. */
  | 'PROCESSING'
  /** It was tried and failed; the same token may be tried again. */
  | 'FAILED'
  /** Nothing is known to have been done; send the same request again a little later. */
  | 'RETRY'
  /** The last attempt ended without anybody knowing how; the same token may be tried again. */
  | 'UNKNOWN'
  /** The request is wrong, or the service is; the message says which. */
  | 'ERROR'

export interface AnswerBody {
  readonly status: AnswerStatus
  readonly message: string
  readonly [field: string]: unknown
}

/** Every answer of the service: JSON with `status`, `message` and `request_id`, closed by a newline for terminals. */
export function answer(c: Context<ServiceEnv>, code: ContentfulStatusCode, body: AnswerBody): Response {
  const text = JSON.stringify({ ...body, request_id: c.get('requestId') })
  return c.body(`${text}\n`, code, { 'Content-Type': 'application/json' })
}
