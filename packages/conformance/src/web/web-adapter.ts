import type { AttemptContext } from '@idem/core'
import type { HttpOptions } from '@idem/core/http'

/** A framework with idem's adapter for it, to be tried with real requests. */
export interface WebAdapter {
  /** Serves an app on a free port of 127.0.0.1. */
  listen(app: WebApp): Promise<WebServer>
  /** What the framework does not allow to be tried, each with the reason, which the skipped tests show. */
  readonly without?: {
    /** It only has bodies that are there as a whole. */
    readonly streams?: string | undefined
  }
}

/** What an adapter is to serve: one handler for all methods and paths, protected by these options. */
export interface WebApp {
  /** The adapter's options, for whatever its framework calls a request. */
  options<Source>(read: WebSource<Source>): HttpOptions<Source>
  /** What the handler does. If it throws, so does the framework's handler. */
  readonly handle: WebHandler
}

/** How the framework's requests are read by the functions among the options. */
export interface WebSource<Source> {
  header(source: Source, name: string): string | undefined
  /** The body as text. */
  text(source: Source): string | Promise<string>
}

export type WebHandler = (call: WebCall) => Promise<PlannedReply>

/** A request as a handler gets it. */
export interface WebCall {
  readonly method: string
  /** Path and query. */
  readonly target: string
  header(name: string): string | undefined
  /** The body, piece by piece, as fast as it is read. */
  readonly body: AsyncIterable<Uint8Array>
  /** What the adapter gives its handlers. */
  readonly ctx: AttemptContext
}

/** What a handler answers, to be said in the framework's own words. */
export interface PlannedReply {
  readonly status: number
  /** A name may come several times. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Missing: there is none. As an iterable, it is sent as it comes, no faster than the client reads. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined
}

export interface WebServer {
  readonly port: number
  /** Ends it with all its connections. */
  close(): Promise<void>
}
