/** What each request carries through the service. */
export interface ServiceEnv {
  Variables: { requestId: string; note: LogNote }
}

/** What a route adds to the log line of its request. */
export interface LogNote {
  token?: string
  /** What became of it: executed, replayed, shared, in progress, refused … */
  outcome?: string
  attempt?: number | undefined
}
