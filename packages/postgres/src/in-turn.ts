/** What each client was given last, and whether it has answered. */
const given = new WeakMap<object, Promise<unknown>>()

/**
 * Gives a connection something to do once it has answered what came before, however that went. Of all stores together no
 * client of pg has two statements under way: pg calls that deprecated, and may refuse it from pg 9 on.
 *
 * Whose time is over before its turn has come does nothing any more: what its caller has given up must not happen later.
 *
 * @param late - rejects when the time is over
 * @throws what `send` rejects with, or `late`
 */
export function inTurn<Answer>(
  client: object,
  send: () => Promise<Answer>,
  late?: Promise<never>,
): Promise<Answer> {
  if (!takesTurns(client)) return send()
  let isLate = false
  late?.catch(() => {
    isLate = true
  })
  const answer = (given.get(client) ?? Promise.resolve()).then(() =>
    isLate ? (late as Promise<never>) : send(),
  )
  given.set(
    client,
    answer.catch(() => {}),
  )
  return answer
}

/**
 * Whether this is a client of pg. A pool gives each statement a connection, PGlite has turns of its own, and who knows what else
 * can be asked; and where pg sends what it is given without waiting (`pipeline`), that is what its user wants of it.
 */
function takesTurns(client: object): boolean {
  const { getTypeParser, pipeline } = client as {
    readonly getTypeParser?: unknown
    readonly pipeline?: unknown
  }
  return typeof getTypeParser === 'function' && pipeline !== true
}
