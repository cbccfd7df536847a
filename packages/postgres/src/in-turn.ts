import type { ClientBase } from 'pg'

/** What each client was given last, and whether it has answered. */
const given = new WeakMap<ClientBase, Promise<unknown>>()

/**
 * Gives a client a command once it has answered the one before, however that went. Of all stores together no client has
 * two under way: pg calls that deprecated, and pg 9 may refuse it.
 *
 * Rejects with what the driver rejects with.
 */
export function inTurn(client: ClientBase, command: string): Promise<unknown> {
  const answer = (given.get(client) ?? Promise.resolve()).then(() => client.query(command))
  given.set(
    client,
    answer.catch(() => {}),
  )
  return answer
}
