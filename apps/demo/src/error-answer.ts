import { IdemError, type IdemErrorCode } from '@idem/core'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type AnswerBody, answer } from './http/answer'
import { BadRequestError } from './http/bad-request-error'
import type { Report } from './http/report'
import type { ServiceEnv } from './http/service-env'
import { StoppingError } from './http/stopping'
import { BusyError, PaymentFailedError } from './payment/payment-errors'
import { RefusedError } from './scenarios/refused-error'

interface Refusal extends AnswerBody {
  readonly code: ContentfulStatusCode
  /** For the log. */
  readonly outcome: string
  readonly retryAfterSeconds?: number
  readonly report?: boolean
}

/** A payment takes half a second at most: after one, it is worth asking again. */
const SOON = 1

const REFUSALS: Partial<Record<IdemErrorCode, Refusal>> = {
  IN_PROGRESS: {
    code: 202,
    status: 'PROCESSING',
    message: 'It is running; send the same request again to get its answer',
    outcome: 'in progress',
    retryAfterSeconds: SOON,
  },
  FINGERPRINT_MISMATCH: {
    code: 422,
    status: 'ERROR',
    message:
      'This token or key stands for another request, and nothing was done; what is to be done anew needs a new one',
    outcome: 'refused: mismatch',
  },
  STORE: {
    code: 503,
    status: 'RETRY',
    message: 'The records cannot be reached now; send the same request again: what it asks for is done once',
    outcome: 'refused: store down',
    retryAfterSeconds: SOON,
    report: true,
  },
  LEASE_LOST: {
    code: 503,
    status: 'RETRY',
    message: 'Another process has taken this over; send the same request again to get its answer',
    outcome: 'lease lost',
    retryAfterSeconds: SOON,
    report: true,
  },
  ABANDONED: {
    code: 503,
    status: 'UNKNOWN',
    message:
      'Nobody knows how this ended; send the same request again: what it asks for is done once at most',
    outcome: 'abandoned',
    retryAfterSeconds: SOON,
    report: true,
  },
}

const HUNG_UP: Refusal = {
  code: 400,
  status: 'ERROR',
  message: 'The connection was closed before the request was complete',
  outcome: 'client hung up',
}

/** Turns whatever a route throws into the answer that the client gets; nothing of what happened inside is shown. */
export function errorAnswer(report: Report) {
  return (error: Error, c: Context<ServiceEnv>): Response => {
    const {
      code,
      outcome,
      retryAfterSeconds,
      report: reported,
      ...body
    } = hungUp(error, c) ? HUNG_UP : refusal(error)
    c.get('note').outcome = outcome
    if (reported) report(error, c.get('requestId'))
    if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds))
    return answer(c, code, body)
  }
}

function refusal(error: Error): Refusal {
  const { message } = error
  if (error instanceof BadRequestError) {
    return { code: 400, status: 'ERROR', message, errors: error.problems, outcome: 'refused: bad request' }
  }
  if (error instanceof RefusedError) {
    return { code: error.code, status: 'ERROR', message, outcome: 'refused' }
  }
  if (error instanceof BusyError) {
    return { code: 429, status: 'RETRY', message, outcome: 'refused: busy', retryAfterSeconds: SOON }
  }
  if (error instanceof StoppingError) {
    return { code: 503, status: 'RETRY', message, outcome: 'refused: stopping', retryAfterSeconds: SOON }
  }
  if (error instanceof PaymentFailedError) {
    return { code: 500, status: 'FAILED', message, outcome: 'failed', report: error.internal }
  }
  if (error instanceof IdemError) {
    if (error.code === 'OPERATION_FAILED')
      return { code: 500, status: 'FAILED', message, outcome: 'shared: failed' }
    const known = REFUSALS[error.code]
    if (known !== undefined) return known
  }
  return {
    code: 500,
    status: 'ERROR',
    message: 'Something went wrong in the service; its log tells more under this request_id',
    outcome: 'error',
    report: true,
  }
}

/** Whether the client closed the connection while it was still sending: nobody is left to answer, or to blame. */
function hungUp(error: Error, c: Context<ServiceEnv>): boolean {
  return 'code' in error && error.code === 'ECONNRESET' && c.req.raw.signal.aborted
}
