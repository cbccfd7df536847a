import type { AttemptContext } from '../options/options'

/**
 * For adapters: whether a request can still be protected. Where it is already, the second claim of its key would find the
 * first one running, and that conflict with itself would be kept as its answer.
 *
 * @param ctx - what was given to the request before, if anything was
 * @throws TypeError if that is an attempt
 */
export function protectedOnce(ctx: AttemptContext | undefined): void {
  if (!ctx?.key) return
  throw new TypeError(
    'this request is protected twice on the way, by the app and by a route, say: take one of them away',
  )
}
