import { createHash } from 'node:crypto'

/** What is needed of a client to run scripts; ioredis' `Redis`, `Cluster` and pipelines have it. */
export interface ScriptRunner {
  evalshaBuffer(sha: string, keys: number, ...args: (string | number)[]): Promise<unknown>
  evalBuffer(script: string, keys: number, ...args: (string | number)[]): Promise<unknown>
}

/** A script that the server runs as one step. It is sent by its hash, and whole to a server that does not know it (yet). */
export class Script {
  readonly #text: string
  readonly #sha: string

  /** Of parts that stand one after another. */
  constructor(...parts: readonly string[]) {
    this.#text = parts.join('\n')
    this.#sha = createHash('sha1').update(this.#text).digest('hex')
  }

  /** Rejects with what the driver rejects with. */
  run(client: ScriptRunner, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return client.evalshaBuffer(this.#sha, keys.length, ...keys, ...args).catch((error: unknown) => {
      // After a restart, a failover or SCRIPT FLUSH too.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return client.evalBuffer(this.#text, keys.length, ...keys, ...args)
    })
  }
}
