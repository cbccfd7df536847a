/** Header lines in order; a name may come several times. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** What is sent to a client. */
export interface Answer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
  /** The body again, where it was kept as text: a server may send that at less cost. */
  readonly text?: string | undefined
}

/** What a handler answered, as far as it can be kept. */
export interface CapturedAnswer {
  readonly status: number
  readonly headers: HeaderList
  /** Missing: it was larger than `maxBodyBytes`. */
  readonly body: Uint8Array | string | undefined
}

/** Whatever `new Response` takes as a body, in the types of browsers and of Node alike. */
export type ResponseBody = ConstructorParameters<typeof Response>[0]

/** The answer as a web response. */
export function toResponse(answer: Answer): Response {
  const { status, headers, text } = answer
  const byName = Object.fromEntries(headers)
  // An object is taken at less cost, but has each name once. Where there is no type, a text or an object may be given one.
  const isPlain = byName['content-type'] !== undefined && Object.keys(byName).length === headers.length
  const init = { status, headers: isPlain ? byName : (headers as [string, string][]) }
  if (hasNoBody(status)) return new Response(null, init)
  if (isPlain) return new Response(text ?? (answer.body as ResponseBody), init)
  return new Response(bodyFor(byName['content-type'], answer.body), init)
}

/** Nothing at all is no body where it has no type: of an empty one, a server may tell a type that nobody gave. */
export const bodyFor = (type: string | null | undefined, body: Uint8Array | undefined): ResponseBody =>
  body?.length === 0 && !type ? null : (body as ResponseBody)

/** Headers as a list: several `Set-Cookie` are told one by one. */
export function headerList(headers: Headers): HeaderList {
  const list: [string, string][] = []
  headers.forEach((value, name) => {
    list.push([name, value])
  })
  return list
}

/** Answers that end with their headers (RFC 9110). */
export const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304

/** Whether an answer can have this status: what is below only comes before an answer. */
export const isSendable = (status: number): boolean => status >= 200 && status <= 599
