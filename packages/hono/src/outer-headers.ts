import type { HeaderList, OuterHeaders } from '@idem/core/http'
import type { Context } from 'hono'

const COOKIE = 'set-cookie'

/**
 * The headers that middleware in front has given a context so far. They are for each answer afresh, or may have been meant for
 * this client only: so with cookies one by one, too.
 */
export class HeadersBefore implements OuterHeaders {
  readonly #c: Context
  #before: HeaderList | undefined

  constructor(c: Context) {
    this.#c = c
  }

  /** To be called before anything else can add to them. */
  note(): HeaderList {
    if (this.#before === undefined) {
      const before: [string, string][] = []
      // It shows what Hono has, and makes no answer of it: `c.res` would.
      const { headers } = this.#c.newResponse(null, 200)
      headers.forEach((value, name) => {
        before.push([name, value])
      })
      this.#before = before
    }
    return this.#before
  }

  ownOf(headers: HeaderList): HeaderList {
    const before = this.note()
    if (before.length === 0) return headers
    const known = new Set(before.map(lineOf))
    return headers.filter((header) => !known.has(lineOf(header)))
  }

  /** What the answer has of a name stays. Cookies are added to, never replaced. */
  addTo({ headers }: Response): void {
    const before = this.note()
    if (before.length === 0) return
    const cookies = headers.getSetCookie()
    headers.delete(COOKIE)
    for (const [name, value] of before) {
      if (name === COOKIE) headers.append(name, value)
      else if (!headers.has(name)) headers.set(name, value)
    }
    for (const cookie of cookies) headers.append(COOKIE, cookie)
  }
}

const lineOf = ([name, value]: HeaderList[number]): string => `${name.toLowerCase()}: ${value}`
