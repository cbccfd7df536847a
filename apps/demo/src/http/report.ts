/** Is told of errors that somebody should look at; the request id is also in the client's answer. */
export type Report = (error: unknown, requestId: string) => void
