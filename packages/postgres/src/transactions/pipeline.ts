import type { Statement } from '../connection'
import type { PostgresClient } from '../options'

/** A statement to be sent with others. */
export interface Step extends Statement {
  readonly values?: readonly unknown[] | undefined
}

/** What pg's own client, in JavaScript, speaks the protocol with. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>
  readonly stream: { cork?(): void; uncork?(): void }
  parse(statement: { text: string; name: string; types: readonly number[] }): void
  bind(portal: { statement: string; values: readonly unknown[]; valueMapper(value: unknown): unknown }): void
  execute(portal: { portal: string; rows: number }): void
  close(what: { type: 'S'; name: string }): void
  sync(): void
}

/**
 * Whether several statements can go to this client in one round trip: with pg-native, or PGlite, they cannot, nor where pg
 * sends what it is given without waiting (`pipeline`) and takes no orders of another kind.
 */
export function canPipeline(client: PostgresClient): boolean {
  const { connection, pipeline } = client as {
    readonly connection?: Partial<Wire>
    readonly pipeline?: unknown
  }
  return (
    pipeline !== true &&
    typeof connection?.parsedStatements === 'object' &&
    (['parse', 'bind', 'execute', 'close', 'sync'] as const).every(
      (call) => typeof connection[call] === 'function',
    )
  )
}

/** The client has sent nothing of it: it takes no orders of this kind, or has lost its connection. */
export class NotSent extends Error {}

/**
 * Sends statements one behind the other without waiting for the answers in between. Where one fails the server leaves
 * out the rest, and the promise rejects with what it said.
 *
 * For pg they are one query: no other is under way, and its queue, which is to go with pg 9, is not used. What pg 9 will do
 * with orders of this kind is not known; in today's pipeline mode it refuses them.
 *
 * @throws NotSent
 * @returns the first column of the last row of all, as text
 */
export function pipeline(
  client: PostgresClient,
  prepare: boolean,
  steps: readonly Step[],
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const pipelined = new Pipelined(prepare, steps, (error, answer) =>
      error ? reject(error) : resolve(answer),
    )
    const refuse = (error: unknown) => pipelined.handleError(error)
    try {
      // What pg gives back for one of these is no promise, but itself; whatever stands around pg may make a promise of it.
      Promise.resolve(client.query(pipelined as unknown as string)).catch(refuse)
    } catch (error) {
      refuse(error)
    }
  })
}

/** What pg calls a Submittable: it is told when its turn has come, and then what the server answers. */
class Pipelined {
  /** Nobody's: pg notes which statements it has parsed under the name that it finds here. */
  readonly name = undefined
  callback: (error: unknown, answer?: string) => void
  readonly #prepare: boolean
  readonly #steps: readonly Step[]
  readonly #parsed: Statement[] = []
  #answer: string | undefined
  #isSent = false

  constructor(prepare: boolean, steps: readonly Step[], callback: (error: unknown, answer?: string) => void) {
    this.#prepare = prepare
    this.#steps = steps
    this.callback = callback
  }

  submit(wire: Wire): null {
    this.#isSent = true
    wire.stream.cork?.()
    try {
      for (const step of this.#steps) this.#send(wire, step)
      wire.sync()
    } finally {
      wire.stream.uncork?.()
    }
    return null
  }

  #send(wire: Wire, step: Step): void {
    const { text, values = [] } = step
    // Other names than pg prepares them under, for what pg knows of those is not ours to keep.
    const name = this.#prepare ? `${step.name}_t` : ''
    if (name === '') wire.parse({ text, name, types: [] })
    else if (wire.parsedStatements[name] === undefined) {
      // It may be there, if what came after it failed when it was parsed first. To close what is not there is no error.
      wire.close({ type: 'S', name })
      wire.parse({ text, name, types: [] })
      this.#parsed.push({ name, text })
    }
    wire.bind({ statement: name, values, valueMapper: toText })
    wire.execute({ portal: '', rows: 0 })
  }

  handleRowDescription(): void {}

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.#answer = fields[0] ?? undefined
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleError(error: unknown): void {
    this.callback(this.#isSent ? error : new NotSent('', { cause: error }))
  }

  handleReadyForQuery(wire: Wire): void {
    for (const { name, text } of this.#parsed) wire.parsedStatements[name] = text
    this.callback(null, this.#answer)
  }
}

function toText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
