import type { HeaderList } from './answer'

/** They speak of one connection (RFC 9110, 7.6.1), or of how one message was put on it. */
const OF_A_CONNECTION =
  'connection keep-alive proxy-connection te trailer transfer-encoding upgrade content-length'.split(' ')

/** They speak of one response, or are nobody's to keep. */
const OF_A_RESPONSE = (
  'date age via server-timing alt-svc set-cookie authorization proxy-authorization x-request-id x-correlation-id ' +
  'traceparent tracestate ratelimit ratelimit-policy retry-after idempotency-replayed preference-applied'
).split(' ')

/** Whether a header of an answer is stored and replayed. */
export type KeepsHeader = (name: string) => boolean

/**
 * Leaves out headers of the connection, and those of one response unless they are among `also`. Credentials are never kept.
 */
export function headerRule(also: readonly string[]): KeepsHeader {
  const asked = new Set(also.map((name) => name.toLowerCase()))
  const left = new Set([...OF_A_CONNECTION, ...OF_A_RESPONSE.filter((name) => !asked.has(name))])
  for (const name of ['authorization', 'proxy-authorization']) left.add(name)
  return (name) => !left.has(name) && (asked.has(name) || !name.startsWith('x-ratelimit-'))
}

/** The headers that the rule keeps, without those that `Connection` names as its own. */
export function keptHeaders(headers: HeaderList, keeps: KeepsHeader): HeaderList {
  const kept: [string, string][] = []
  const named: string[] = []
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    if (keeps(name)) kept.push([name, value])
    else if (name === 'connection') named.push(...value.toLowerCase().split(/[\s,]+/))
  }
  return named.length === 0 ? kept : kept.filter(([name]) => !named.includes(name))
}
