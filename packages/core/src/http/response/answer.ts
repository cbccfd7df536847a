/** Header lines in order; a name may come several times. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** What is sent to a client. */
export interface Answer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
}

/** What a handler answered, as far as it can be kept. */
export interface CapturedAnswer {
  readonly status: number
  readonly headers: HeaderList
  /** Missing: it was larger than `maxBodyBytes`. */
  readonly body: Uint8Array | undefined
}

/** Whatever `new Response` takes as a body, in the types of browsers and of Node alike. */
export type ResponseBody = ConstructorParameters<typeof Response>[0]

/** The answer as a web response. */
export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(hasNoBody(status) ? null : (body as ResponseBody), {
    status,
    headers: headers as [string, string][],
  })
}

/** Answers that end with their headers (RFC 9110). */
export const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304
