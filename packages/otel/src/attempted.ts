import type { Call } from './call'

/** A handler that runs as the attempt of a call. What is no function is left for idem to refuse. */
export function attempted<Args extends readonly unknown[], Result>(
  call: Call,
  handler: (...args: Args) => Result,
): (...args: Args) => Promise<Awaited<Result>> {
  if (typeof handler !== 'function') return handler
  return (...args) => call.attempt(() => handler(...args))
}
