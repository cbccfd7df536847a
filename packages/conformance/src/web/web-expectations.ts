import { deepStrictEqual, equal, match, ok } from 'node:assert/strict'
import type { RawResponse } from './raw-client'
import type { Site } from './web-scene'

/** It is a problem as RFC 9457 has it, of this name, and says where to read on. */
export function isProblem(response: RawResponse, status: number, name: string): void {
  equal(response.status, status, response.text)
  equal(response.header('content-type'), 'application/problem+json')
  const { type, title, status: told } = JSON.parse(response.text) as Record<string, unknown>
  equal(type, `urn:idem:problem:${name}`)
  equal(typeof title, 'string')
  equal(told, status)
  match(response.header('link') ?? '', /^<https?:\/\/[^>]+>; rel="describedby"$/)
  equal(response.header('idempotency-replayed'), undefined)
}

/** It says when to come back, in whole seconds. */
export function saysWhen(response: RawResponse): void {
  match(response.header('retry-after') ?? '', /^[1-9]\d*$/)
}

/** One is the answer of a run, the other the same again, and says so. */
export function isReplay(first: RawResponse, again: RawResponse): void {
  equal(again.status, first.status)
  deepStrictEqual(again.body, first.body)
  equal(first.header('idempotency-replayed'), undefined)
  equal(again.header('idempotency-replayed'), 'true')
}

export function ran(site: Site, times: number): void {
  equal(site.runs, times, `the handler ran ${site.runs} times`)
}

/** The answer is that of a run, not of a record. */
export function isFirst(response: RawResponse, run: number): void {
  equal(response.text, `run ${run}`)
  ok(response.header('idempotency-replayed') === undefined)
}
