import type { RestOfBody } from './request/rest-of-body'

/** A request as every framework can show it. */
export interface Exchange<Source> {
  /**
   * What the functions among the options are given: the framework's own request or context. Asked for again after the body
   * was read, it can still give the body.
   */
  readonly source: Source
  readonly method: string
  /** Path and query, as they were asked for. */
  readonly target: string
  /** Whether the client is known to have left before all of its body was there, as far as the adapter does not see to it. */
  readonly wasCutOff?: boolean
  /** A header's value; of several lines, joined by commas. */
  header(name: string): string | undefined
  /**
   * The body, or its first `limit` bytes. What is read here, the handler still gets. Called at most once, before the
   * handler runs.
   */
  body(limit: number): Promise<RequestBody>
}

/** A body as far as it was read. */
export type RequestBody =
  | {
      /** All of it, or exactly as many bytes as the limit allows. */
      readonly bytes: Uint8Array
      /** What follows, if that is not all. */
      readonly rest?: RestOfBody | undefined
    }
  /** A parser of the framework came first: what it made of the body. `undefined`: nobody can know any more what it was. */
  | { readonly parsed: unknown }
