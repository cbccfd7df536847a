import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { ServiceEnv } from './service-env'

export type Print = (line: string) => void

export interface RequestLogOptions {
  readonly print: Print
  readonly colour: boolean
}

/** Gives every request its id, and prints one line about it when it is answered. Bodies are never printed. */
export function requestLog({ print, colour }: RequestLogOptions): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    const start = performance.now()
    c.set('requestId', `REQ_${randomUUID()}`)
    c.set('note', {})
    await next()
    const { token, outcome, attempt } = c.get('note')
    const words = [
      timeOfDay(),
      c.req.method.padEnd(4),
      // The URL is still percent-encoded, so nobody can write a line of their own.
      new URL(c.req.url).pathname.slice(0, 100),
      painted(c.res.status, colour),
      `${Math.round(performance.now() - start)}ms`,
      token !== undefined && `token=${encodeURI(token)}`,
      outcome,
      attempt !== undefined && `attempt=${attempt}`,
    ]
    print(words.filter(Boolean).join(' '))
  }
}

export function timeOfDay(): string {
  return new Date().toISOString().slice(11, 23)
}

function painted(status: number, colour: boolean): string {
  if (!colour) return String(status)
  const shade = status < 300 ? 32 : status < 500 ? 33 : 31
  return `\u001b[${shade}m${status}\u001b[0m`
}
