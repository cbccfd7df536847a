import type { AttemptContext } from '../options/options'
import type { Exchange, RequestBody } from './exchange'
import { mediaType } from './fingerprint/media-type'
import { carryOver, likeIt } from './request/like-it'
import { standInFor } from './request/stand-in'
import { WebBody } from './request/web-body'

/** A web request as an {@link Exchange}, which can still be given to a handler afterwards, body and all. */
export class WebExchange<Req extends Request> implements Exchange<Req> {
  readonly method: string
  readonly target: string
  readonly #request: Req
  readonly #body: WebBody

  constructor(request: Req) {
    this.method = request.method
    this.target = targetOf(request.url)
    this.#request = request
    this.#body = new WebBody(request)
  }

  /** Functions among the options may read the body as well: once it was read, they get one of their own. */
  get source(): Req {
    return this.#body.whole === undefined ? this.#request : this.request()
  }

  get wasCutOff(): boolean {
    return this.#body.wasCutOff
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined
  }

  body(limit: number): Promise<RequestBody> {
    return this.#body.read(limit, mediaType(this.header('content-type')).boundary)
  }

  /** The request for its handler, with the body as it can still be read, and with the signal of `attempt`, if given. */
  request(attempt?: Pick<AttemptContext, 'signal'>): Req {
    const { wasRead, whole } = this.#body
    if (!wasRead && attempt === undefined) return this.#request
    const standIn = whole && standInFor(this.#request, whole, attempt)
    const made =
      standIn ??
      likeIt(this.#request, {
        ...(wasRead && { body: this.#body.toBody(), duplex: 'half' }),
        ...(attempt && { signal: attempt.signal }),
      })
    carryOver(this.#request, made)
    return made
  }
}

/** Path and query of a URL as requests have it: absolute, and written in the usual way. */
function targetOf(url: string): string {
  const path = url.indexOf('/', url.indexOf('://') + 3)
  const fragment = url.indexOf('#', path)
  return fragment === -1 ? url.slice(path) : url.slice(path, fragment)
}
