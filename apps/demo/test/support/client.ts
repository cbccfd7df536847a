import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'

/** An answer, and who gave it. */
export interface ProcessAnswer {
  readonly code: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
  readonly replayed: boolean
  readonly retryAfter: string | undefined
  /** The number of the process. */
  readonly process: number
  readonly pid: number
}

/** A client that opens a connection for each request, so that each may come to another process. */
export async function ask(
  url: string,
  payment?: unknown,
  headers: Record<string, string> = {},
): Promise<ProcessAnswer> {
  const asking = request(url, {
    agent: false,
    method: payment === undefined ? 'GET' : 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
  })
  asking.end(payment === undefined ? undefined : JSON.stringify(payment))
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  const [, number, pid] = /^(\d+); pid=(\d+)$/.exec(String(response.headers['x-process'])) ?? []
  return {
    code: response.statusCode ?? 0,
    body: await json(response),
    replayed: response.headers['idempotency-replayed'] === 'true',
    retryAfter: response.headers['retry-after'],
    process: Number(number),
    pid: Number(pid),
  }
}

/** The first answer that fits, asked for again and again. */
export async function askUntil(
  url: string,
  fits: (answer: ProcessAnswer) => boolean,
): Promise<ProcessAnswer> {
  for (;;) {
    const answer = await ask(url)
    if (fits(answer)) return answer
  }
}
