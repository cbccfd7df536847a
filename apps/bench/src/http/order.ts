import type { Profiler } from 'node:inspector'

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

/** What a process is asked for: how much time of a processor it has used; to begin a profile; for the profile. */
export type Asked = 'cpu' | 'profile' | 'profiled'

/** What a process tells whoever started it. */
export interface Told {
  readonly port?: number
  readonly cpuMicros?: number
  readonly profile?: Profiler.Profile
}

/** Sent with a request whose key has its answer: a handler that runs for it is a failure. */
export const SETTLED = 'x-settled'
export const RAN_AGAIN = 'the handler ran again'
