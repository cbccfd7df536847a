import { isPool } from './pool'

/** What each client was given last, and whether it has answered. */
const given = new WeakMap<object, Promise<unknown>>()

/**
 * Gives a client something to do once it has answered what came before, however that went. Of all stores together no
 * single connection has two statements under way: pg calls that deprecated, and may refuse it from pg 9 on. A pool gives
 * each a connection, and where pg sends what it is given without waiting (`pipeline`), that is what its user wants of it.
 *
 * Rejects with what `send` rejects with.
 */
export function inTurn<Answer>(client: object, send: () => Promise<Answer>): Promise<Answer> {
  const { pipeline } = client as { readonly pipeline?: unknown }
  if (isPool(client) || pipeline === true) return send()
  const answer = (given.get(client) ?? Promise.resolve()).then(send)
  given.set(
    client,
    answer.catch(() => {}),
  )
  return answer
}
