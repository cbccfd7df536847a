/** What each client was given last, and whether it has answered. */
const given = new WeakMap<object, Promise<unknown>>()

/**
 * Gives a client something to do once it has answered what came before, however that went. Of all stores together no
 * single connection has two statements under way: pg calls that deprecated, and may refuse it from pg 9 on.
 *
 * Rejects with what `send` rejects with.
 */
export function inTurn<Answer>(client: object, send: () => Promise<Answer>): Promise<Answer> {
  const answer = (given.get(client) ?? Promise.resolve()).then(send)
  given.set(
    client,
    answer.catch(() => {}),
  )
  return answer
}
