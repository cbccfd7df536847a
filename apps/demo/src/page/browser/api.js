import { sleep } from './dom.js'

/** Longer than this no answer takes, unless it is said: the connection may be one that nobody knows of any more. */
const PATIENCE_MS = { GET: 4000, POST: 10_000 }
/** A process that was killed still gets connections, until that it is gone is noticed; on these nothing ever comes. */
const NOTICED_MS = 400
let quietUntil = 0

/** A browser opens six connections to one place; one is the timeline's, and one is kept for looking. */
const AT_A_TIME = 4
let underWay = 0
const waiting = []

/**
 * Asks the service, in a connection of its own. Whatever it answers is returned; a connection that breaks, or on which nothing
 * comes, is `broken`.
 */
export async function ask(method, path, body, headers = {}, patienceMs = PATIENCE_MS[method]) {
  if (method === 'POST') await turn()
  await sleep(quietUntil - performance.now())
  const start = performance.now()
  try {
    const response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(patienceMs),
      headers: {
        'Own-Connection': 'yes',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      code: response.status,
      body: text === '' ? {} : JSON.parse(text),
      replayed: response.headers.get('Idempotency-Replayed') === 'true',
      process: Number.parseInt(response.headers.get('X-Process') ?? '0', 10),
      retryAfterMs: Number(response.headers.get('Retry-After') ?? 0) * 1000,
      ms: Math.round(performance.now() - start),
    }
  } catch {
    quietUntil = performance.now() + NOTICED_MS
    return {
      code: 0,
      broken: true,
      body: { message: 'The connection broke' },
      replayed: false,
      process: 0,
      retryAfterMs: 0,
      ms: Math.round(performance.now() - start),
    }
  } finally {
    if (method === 'POST') next()
  }
}

/** Whether the same request may be answered otherwise a little later. */
export const isPassing = ({ broken, code, body, retryAfterMs }) =>
  broken === true ||
  code === 503 ||
  body.status === 'RETRY' ||
  body.status === 'PROCESSING' ||
  retryAfterMs > 0

/** Asks as a client should: the same request again while the answer is that it may be answered later. */
export async function insist(method, path, body, headers, { seconds = 60, patienceMs, onTry } = {}) {
  const end = performance.now() + seconds * 1000
  for (let tries = 1; ; tries++) {
    const answer = await ask(method, path, body, headers, patienceMs)
    if (!isPassing(answer) || performance.now() > end) return { ...answer, tries }
    onTry?.(answer, tries)
    await sleep(Math.min(Math.max(answer.retryAfterMs, 300), 2000))
  }
}

/** What went wrong, in words: the service's own, or those of the middleware (problem details). */
export const wordsOf = ({ body }) => body.message ?? body.detail ?? body.title ?? 'no answer'

async function turn() {
  if (underWay >= AT_A_TIME) await new Promise((resolve) => waiting.push(resolve))
  underWay += 1
}

function next() {
  underWay -= 1
  waiting.shift()?.()
}
