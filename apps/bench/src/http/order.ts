/** The apps that answer the same POST, each of them on a server of its own. */
export const APPS = {
  'hono-bare': 'the handler alone',
  'hono-raw': 'with two raw calls to Redis',
  'hono-idem': '@idem/hono',
  'hono-node-idempotency': 'node-idempotency',
  'express-bare': 'the handler alone',
  'express-raw': 'with two raw calls to Redis',
  'express-idem': '@idem/express',
  'express-node-idempotency': 'node-idempotency',
  'express-idempotency': 'express-idempotency',
} as const

export type AppName = keyof typeof APPS

/** What a process is to serve. */
export interface Order {
  readonly app: AppName
  readonly redisUrl: string
}

/** What a process tells whoever started it. */
export type Told = { readonly port: number } | { readonly cpuMicros: number }

/** Sent with a request whose key has its answer: a handler that runs for it is a failure. */
export const SETTLED = 'x-settled'
export const RAN_AGAIN = 'the handler ran again'
