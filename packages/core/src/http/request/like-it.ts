/**
 * A request like another one, with some things changed. Frameworks have requests of their own, and handlers ask for what those
 * can do: so it is one of the same class, if that can be made of a request.
 */
export function likeIt<Req extends Request>(request: Req, changed: object): Req {
  const Same = request.constructor as new (input: Request, init: object) => Req
  if (Same === (Request as unknown)) return new Same(request, changed)
  try {
    const made = new Same(request, changed)
    // A constructor that takes something else than `Request` does makes another request of it.
    if (made.url === request.url && made.method === request.method) return made
  } catch {
    // Nor can that be asked for anything but what every request has.
  }
  const { url, method, headers, signal } = request
  return new Request(url, { method, headers, signal, ...changed }) as Req
}

/** Gives a request what others have put on the one it is made of: who asks, say. What a request has of itself it keeps. */
export function carryOver(from: Request, to: Request): void {
  for (const name of Object.getOwnPropertyNames(from)) {
    if (name in Request.prototype) continue
    const given = Object.getOwnPropertyDescriptor(from, name)
    const known = Object.getOwnPropertyDescriptor(to, name)
    // What a constructor has made of functions belongs to its own object; a value may have been set since.
    const isOwn =
      known && (!known.configurable || !given || !('value' in given) || typeof given.value === 'function')
    if (given && !isOwn) Object.defineProperty(to, name, given)
  }
}
