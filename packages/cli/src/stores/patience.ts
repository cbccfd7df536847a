/** How long a server may take to let us in. */
export const CONNECT_MS = 5_000

/** How long it may take to answer what is asked. */
export const ANSWER_MS = 30_000

/** What connections are called, where a server lists them. */
export const NAME = 'idem-cli'
