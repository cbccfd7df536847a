import type { IdempotencyEnv } from '@idem/hono'

/** What each request carries through the service; `idempotency` where its route goes through that middleware. */
export interface ServiceEnv {
  Variables: { requestId: string; note: LogNote } & IdempotencyEnv['Variables']
}

/** What a route adds to the log line of its request. */
export interface LogNote {
  token?: string
  /** What became of it: executed, replayed, shared, in progress, refused … */
  outcome?: string
  attempt?: number | undefined
}
