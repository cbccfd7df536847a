/** One of those that are measured in turn. */
export interface Contestant {
  readonly name: string
  /** Opens connections and prepares records; not measured. */
  setup(): Promise<Prepared>
}

export interface Prepared {
  /** What is measured: one call of it is one operation. */
  operation(): Promise<unknown>
  /** Makes the next turn find what this one found. */
  afterTurn?(): void
  teardown(): Promise<void>
}
